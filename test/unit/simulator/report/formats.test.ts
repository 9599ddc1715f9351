// The report in the formats of other programs: JUnit, HTML, CSV, Prometheus.

import { describe, expect, it } from 'vitest'
import {
  formatCsv,
  formatHtml,
  formatJunit,
  formatPrometheus,
  MetricsServer,
} from '../../../../simulator/report/index.ts'
import { niceTop } from '../../../../simulator/report/svg-chart.ts'
import { fullReport, histogramOf, reportOf, snapshotOf } from './sample.ts'

const EVIL = `</title><script>alert("1")</script>&'`

describe('JUnit XML', () => {
  it('has a test case for the run and one for each threshold', () => {
    const xml = formatJunit(fullReport())
    expect(xml).toContain('<testsuites name="motewire" tests="4" failures="1" errors="0"')
    expect(xml).toContain('classname="office building.run" name="ends in good order" time="0"/>')
    expect(xml).toContain('name="latency.p95 &lt; 5ms" time="0"><failure message="12.0 ms">')
    expect(xml).toContain('timestamp="2024-01-01T00:00:00.000Z"')
  })

  it('tells an invalid run as an error of the tool', () => {
    const slow = histogramOf(...Array.from({ length: 100 }, () => 83))
    expect(formatJunit(reportOf({ lag: slow }))).toContain('<error message="own lag p99 83 ms')
  })

  it('escapes what comes from the scenario', () => {
    const xml = formatJunit(reportOf({ scenario: `${EVIL}\u0001` }))
    expect(xml).not.toContain('<script>')
    expect(xml).toContain(
      '&lt;/title&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;?',
    )
  })
})

describe('HTML', () => {
  const html = formatHtml(fullReport())

  it('needs no network and runs no script', () => {
    expect(html).toContain("default-src 'none'; style-src 'unsafe-inline'")
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(|https?:\/\//i)
  })

  it('shows verdict, reasons, thresholds, measures, groups and charts', () => {
    for (const part of [
      '<span class="pill failed">FAILED</span>',
      'threshold latency.p95 &lt; 5ms crossed: 12.0 ms',
      '&#10007; crossed',
      'battery.years',
      '<td>meter</td>',
      'aria-label="Devices online"',
      'aria-label="Messages a second"',
      'aria-label="Latency, due to acknowledged"',
    ]) {
      expect(html).toContain(part)
    }
  })

  it('follows light and dark', () => {
    expect(html).toContain('prefers-color-scheme: dark')
  })

  it('escapes what comes from the scenario', () => {
    const groups = [{ ...reportOf().groups[0]!, name: EVIL }]
    const evil = formatHtml(fullReport({ scenario: EVIL, broker: EVIL, seed: EVIL, groups }))
    expect(evil).not.toMatch(/<script/)
  })

  it('draws nothing over time for a run of a moment', () => {
    const short = formatHtml(reportOf())
    expect(short).not.toContain('Devices online"')
    expect(short).toContain('aria-label="Latency, due to acknowledged"')
    expect(short).not.toMatch(/NaN|Infinity|undefined/)
  })

  it.each([
    [0, 1],
    [1, 1],
    [3.2, 4],
    [7, 8],
    [9, 10],
    [45, 60],
    [101, 200],
  ])('scales an axis for %d to %d', (value, top) => {
    expect(niceTop(value)).toBe(top)
  })
})

describe('CSV', () => {
  const row = {
    index: 0,
    clientId: 'a',
    group: 'g',
    connected: true,
    reconnects: 1,
    published: 5,
    acked: 3,
    lost: 1,
    queued: 1,
  }

  it('has headings and a line a device', () => {
    expect(formatCsv([row, { ...row, clientId: 'b', connected: false }])).toBe(
      'clientId,group,connected,reconnects,published,acked,lost,queued\r\n' +
        'a,g,true,1,5,3,1,1\r\nb,g,false,1,5,3,1,1\r\n',
    )
  })

  it('stands in the order of the devices, in whichever order they ran', () => {
    const late = { ...row, index: 10, clientId: 'late' }
    const rows = [late, { ...row, index: 2, clientId: 'early' }, row]
    expect(formatCsv(rows).match(/^(a|early|late),/gm)).toEqual(['a,', 'early,', 'late,'])
  })

  it.each([
    ['a,b', '"a,b"'],
    ['a"b', '"a""b"'],
    ['=1+1', "'=1+1"],
  ])('keeps the client id %s in its cell and harmless', (clientId, cell) => {
    expect(formatCsv([{ ...row, clientId }])).toContain(`\r\n${cell},g,`)
  })
})

describe('Prometheus text', () => {
  const groups = reportOf().groups
  const text = formatPrometheus(snapshotOf({ scenario: 'a "b"\\', groups, lost: 4 }))

  it('has help, type and value of each family', () => {
    expect(text).toContain('# TYPE motewire_messages_lost_total counter\n')
    expect(text).toContain('motewire_messages_lost_total{scenario="a \\"b\\"\\\\"} 4\n')
    expect(text).toContain(
      'motewire_devices_connected{scenario="a \\"b\\"\\\\",group="meter"} 400\n',
    )
    expect(text).toMatch(/motewire_ack_latency_seconds\{.*,quantile="0.99"\} 0\.0041\d*\n/)
  })

  it('has nothing but comments and samples', () => {
    const odd = text
      .trimEnd()
      .split('\n')
      .filter((line) => {
        return !/^(# (HELP|TYPE) motewire_\w+ .+|motewire_\w+\{.+\} [\d.e+-]+)$/.test(line)
      })
    expect(odd).toEqual([])
  })

  it('is served on loopback until it stops', async () => {
    const server = new MetricsServer(() => formatPrometheus(snapshotOf()))
    const url = await server.start(0)
    const answer = await fetch(url)
    expect(answer.headers.get('content-type')).toContain('version=0.0.4')
    expect(await answer.text()).toContain('motewire_elapsed_seconds')
    expect((await fetch(new URL('/', url))).status).toBe(404)
    await server.stop()
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })

  it('says which port it cannot have', async () => {
    const read = (): string => formatPrometheus(snapshotOf())
    const first = new MetricsServer(read)
    const { port } = new URL(await first.start(0))
    await expect(new MetricsServer(read).start(Number(port))).rejects.toMatchObject({
      code: 'ERR_METRICS_LISTEN',
      message: `metrics cannot be served on port ${port}: it is in use`,
    })
    await first.stop()
  })
})
