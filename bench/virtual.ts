// A fleet in virtual time: devices on nb-iot links with a nightly outage, one QoS 1 message a
// minute each. Prints the real time it takes, how many device seconds a second that is, and the
// digest.
//
//   npx tsx --conditions=dev bench/virtual.ts [devices] [virtual hours] [seed] [devices a world]
//
// Defaults: 10,000 devices, 24 hours, seed 1: 14.4 million messages.

import { performance } from 'node:perf_hooks'
import { reportOfPart, VirtualRun } from '@motewire/simulator'
import { expand, parseScenario } from '@motewire/simulator/scenario'

const [devices = '10000', hours = '24', seed = '1', worldDevicesMax] = process.argv.slice(2)
const HOUR_MS = 3_600_000
const durationMs = Number(hours) * HOUR_MS

const SCENARIO = `
version: 1
name: ${devices} meters, ${hours} h
seed: ${seed}
clock: virtual
devices: ${devices}
ramp: { over: 60s }
groups:
  meter:
    weight: 1
    clientId: 'meter-{index:05}'
    connect: { keepalive: 10m, clean: false }
    publish:
      - topic: meters/{index:05}/reading
        every: 60s
        qos: 1
        payload:
          stamp: [seq, ts]
          fields:
            litres: { sensor: counter, start: 1000, step: 0.5, spread: 0.1, decimals: 1 }
            pressure: { sensor: walk, min: 3, max: 6, step: 0.05, decimals: 2 }
`

const plan = expand(parseScenario(SCENARIO, 'bench/virtual.ts'))
const run = new VirtualRun({
  plan,
  durationMs,
  drainMs: 60_000,
  worldDevicesMax: worldDevicesMax === undefined ? undefined : Number(worldDevicesMax),
  link: {
    profile: 'nb-iot',
    // From one to half past four in the night, 20 minutes to and fro, for a third of the sites.
    outages: [
      {
        startMs: HOUR_MS,
        durationMs: 3.5 * HOUR_MS,
        everyMs: 24 * HOUR_MS,
        spreadMs: HOUR_MS / 3,
        share: 0.3,
      },
    ],
  },
})
const startedAt = Date.now()
const startMs = performance.now()
const cpu = process.cpuUsage()
const part = await run.run()
const wallS = (performance.now() - startMs) / 1_000
const used = process.cpuUsage(cpu)
const {
  totals,
  devices: counts,
  digest,
  latencyMs,
  verdict,
  reasons,
} = reportOfPart(part, plan, 'embedded', startedAt)
const deviceSeconds = (counts.total * durationMs) / 1_000
const whole = (value: number): string => Math.round(value).toLocaleString('en-US')
const rows: [string, string][] = [
  ['devices', whole(counts.total)],
  ['virtual time', `${hours} h`],
  ['published, acked', `${whole(totals.published)}, ${whole(totals.acked)}`],
  ['lost, queued', `${whole(totals.lost)}, ${whole(totals.queued)}`],
  ['reconnects', whole(counts.reconnects)],
  [
    'latency p50, p99, max',
    `${whole(latencyMs.p50)}, ${whole(latencyMs.p99)}, ${whole(latencyMs.max)} ms`,
  ],
  ['wall time', `${wallS.toFixed(1)} s (CPU ${((used.user + used.system) / 1e6).toFixed(1)} s)`],
  ['device seconds a second', whole(deviceSeconds / wallS)],
  ['a message', `${((wallS * 1e6) / totals.published).toFixed(2)} us`],
  ['worlds, events', `${whole(run.worlds)}, ${whole(run.events)}`],
  ['peak memory', `${whole(process.resourceUsage().maxRSS / 1_024)} MiB`],
  ['digest', digest ?? 'none'],
  ['verdict', [verdict, ...reasons].join(', ')],
]
for (const [name, value] of rows) process.stdout.write(`${name.padEnd(26)}${value}\n`)
