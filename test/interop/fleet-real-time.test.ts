// A fleet in real time against Mosquitto: what a scenario says about credentials, links and times
// is what the broker sees, over TLS and WebSocket too.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { makeRun } from '../../simulator/fleet/index.ts'
import type { RunPart } from '../../simulator/fleet/index.ts'
import { expand, loadScenario } from '../../simulator/scenario/index.ts'
import { CertificateAuthority } from '../support/certificates.ts'
import { requireComponent } from '../support/component.ts'
import { Mosquitto } from '../support/mosquitto.ts'
import type { MosquittoOptions } from '../support/mosquitto.ts'

const folder = mkdtempSync(join(tmpdir(), 'motewire-real-'))
let mosquitto: Mosquitto | undefined

afterEach(() => mosquitto?.remove())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function start(options: MosquittoOptions): Promise<Mosquitto> {
  mosquitto = await Mosquitto.start(options)
  return mosquitto
}

async function run(text: string, durationMs: number): Promise<RunPart> {
  writeFileSync(join(folder, 'fleet.yaml'), `version: 1\nramp: { over: 0s }\n${text}`)
  const plan = expand(await loadScenario(join(folder, 'fleet.yaml')))
  const { clock, broker } = plan.scenario
  const where = { brokerUrls: broker.urls, sources: [], link: undefined }
  return makeRun({ plan, clock, ...where, durationMs, drainMs: 2_000 }).run()
}

/** Files that the scenario finds beside it. */
function put(files: Readonly<Record<string, string>>): void {
  mkdirSync(join(folder, 'certs'), { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
}

describe.runIf(requireComponent('mosquitto'))('a fleet in real time', () => {
  it('shows the certificate of each device, from a template or a CSV file', async () => {
    const authority = new CertificateAuthority('fleet authority')
    const owners = ['pump-0', 'pump-1', 'first', 'second']
    for (const owner of owners) {
      const { cert, key } = authority.issue(owner)
      put({ [`certs/${owner}.crt`]: cert, [`certs/${owner}.key`]: key })
    }
    const rows = ['first', 'second'].map((name) => `certs/${name}.crt,certs/${name}.key`)
    put({ 'ca.crt': authority.cert, 'valves.csv': `cert,key\n${rows.join('\n')}\n` })
    const broker = await start({
      tls: { ...authority.issue('broker'), clientCa: authority.cert },
      lines: ['use_identity_as_username true'],
    })
    const files = "ca: ca.crt, cert: 'certs/{id}.crt', key: 'certs/{id}.key'"
    const part = await run(
      `broker: { url: 'mqtts://127.0.0.1:${broker.tlsPort}', ${files} }
groups:
  pump: { count: 2, link: wifi-poor, publish: [{ topic: 'p/{id}', every: 100ms, qos: 1 }] }
  valve: { count: 2, credentials: valves.csv, publish: [{ topic: 'v', every: 100ms, qos: 1 }] }
`,
      1_000,
    )
    const { published, acked } = part.ledger.total()
    expect(published).toBeGreaterThan(20)
    expect(acked).toBe(published)
    const seen = Array.from(broker.log.matchAll(/as (\S+) \(.*u'(.*)'\)/g), ([, id, user]) => {
      return `${id} ${user}`
    })
    const expected = ['pump-0 pump-0', 'pump-1 pump-1', 'valve-0 first', 'valve-1 second']
    expect(seen.toSorted()).toEqual(expected)
  })

  it('gives new devices an identity, with which the broker then lets them in', async () => {
    const broker = await start({
      users: { new: 'shared', 'tap-0': 'pw-tap-0', 'tap-1': 'pw-tap-1', desk: 'd' },
    })
    put({ 'desk.csv': 'username,password\ndesk,d\n' })
    const part = await run(
      `broker: '${broker.url}'
groups:
  desk: { count: 1, credentials: desk.csv, provisioner: { password: 'pw-{id}' } }
  tap:
    count: 2
    lifecycle:
      provision: { clientId: 'new-{id}', username: new, password: shared, retry: 200ms }
    publish: [{ topic: 'taps/{id}', every: 100ms, qos: 1 }]
`,
      2_000,
    )
    expect(part.measures.summary()['provision.latencyMs']?.count).toBe(2)
    expect(part.connected).toBe(3)
    const seen = Array.from(broker.log.matchAll(/as (\S+) \(.*u'(.*)'\)/g), ([, id, user]) => {
      return `${id} ${user}`
    })
    const expected = ['desk-0 desk', 'new-tap-0 new', 'new-tap-1 new', 'tap-0 tap-0', 'tap-1 tap-1']
    expect(seen.toSorted()).toEqual(expected)
  })

  it('sends what its stages say, and reconnects and restarts devices at their time', async () => {
    const broker = await start({ websocket: true })
    const part = await run(
      `broker: ws://127.0.0.1:${broker.websocketPort}/mqtt
faults:
  - { devices: reconnect, at: 600ms, groups: [lamp] }
  - { devices: reboot, at: 900ms, down: 100ms, groups: [lamp] }
stages:
  - { send: 'cmd/{id}/on', payload: now, retain: true, at: 300ms }
groups:
  lamp:
    count: 3
    link: { profile: ethernet, latency: 50ms }
    commands: { filter: 'cmd/{id}/#' }
    lifecycle: { boot: 50ms }
    publish: [{ topic: 'lamp/{id}', every: 100ms, qos: 1 }]
`,
      2_500,
    )
    // Kept, so that devices that came or came back later are told too.
    expect(part.measures.summary()['command.done']?.count).toBeGreaterThanOrEqual(3)
    expect(part.reconnects).toBeGreaterThanOrEqual(3)
    expect(part.connected).toBe(3)
    expect(part.latency.summary().p50).toBeGreaterThanOrEqual(100)
  })
})
