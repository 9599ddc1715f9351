// The published JSON Schema of bridge configurations is what the schema says now, and the example
// obeys it and the program.

import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { loadBridgeConfig } from '../../../cli/bridge/bridge-config.ts'
import type { BridgeConfig } from '../../../cli/bridge/bridge-config.ts'
import { bridgeJsonSchema } from '../../../cli/bridge/bridge-schema.ts'
import { bytePlane } from '../../../cli/bridge/byte-plane.ts'
import { bridgeDefinition } from '../../../cli/bridge/port-bridge.ts'
import { CertificateAuthority } from '../../support/certificates.ts'

const ROOT = join(import.meta.dirname, '../../..')
const PUBLISHED = join(ROOT, 'cli/bridge/bridge.schema.json')
const QUIET = { handleNotice: () => undefined, writeTrace: () => undefined }
const EXAMPLE = join(ROOT, 'examples/bridge/plant.yaml')

describe('bridge.schema.json', () => {
  // When this fails: cp test/output/bridge.schema.json cli/bridge/ && npx oxfmt cli
  it('is in step with the schema', () => {
    mkdirSync(join(ROOT, 'test/output'), { recursive: true })
    const fresh = `${JSON.stringify(bridgeJsonSchema(), undefined, 2)}\n`
    writeFileSync(join(ROOT, 'test/output/bridge.schema.json'), fresh)
    expect(JSON.parse(readFileSync(PUBLISHED, 'utf8'))).toEqual(bridgeJsonSchema())
  })

  it('accepts the example', () => {
    const schema = z.fromJSONSchema(bridgeJsonSchema())
    const value: unknown = parse(readFileSync(EXAMPLE, 'utf8'))
    expect(schema.safeParse(value).error?.issues).toBeUndefined()
  })
})

describe('the example of a bridge', () => {
  it('makes a bridge for each of its ports', () => {
    // The journal is made beside the file.
    const folder = mkdtempSync(join(tmpdir(), 'motewire-example-'))
    copyFileSync(EXAMPLE, join(folder, 'plant.yaml'))
    const { ports } = loadBridgeConfig(join(folder, 'plant.yaml'))
    const names = ports.map((port) => bridgeDefinition(port, QUIET).make().snapshot())
    expect(names.map(({ port }) => port.name)).toEqual([
      'serial /dev/serial/by-id/usb-Arduino_0001-if00',
      'serial /dev/ttyUSB0',
      'serial /dev/ttyUSB1',
      'serial /dev/ttyUSB2',
      'serial /dev/ttyUSB3',
    ])
    rmSync(folder, { recursive: true })
  })

  it('has a fingerprint that follows what it says', () => {
    const [one, other] = loadBridgeConfig(EXAMPLE).ports
    const print = (port: NonNullable<typeof one>): string =>
      bridgeDefinition(port, QUIET).fingerprint
    expect(print(one!)).toBe(print(loadBridgeConfig(EXAMPLE).ports[0]!))
    expect(print(one!)).not.toBe(print(other!))
  })
})

describe('what is shown and captured of a port', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'motewire-taps-'))
  })

  afterEach(() => rmSync(folder, { recursive: true }))

  function load(...entries: readonly string[]): BridgeConfig {
    const ports = entries.map(
      (entry, index) => `  p${index}: { serial: /dev/tty${index}, ${entry} }`,
    )
    const head = 'version: 1\nbroker: mqtt://127.0.0.1\nports:\n'
    writeFileSync(join(folder, 'x'), `${head}${ports.join('\n')}\n`)
    return loadBridgeConfig(join(folder, 'x'))
  }

  it.each([
    ['trace: packets', 'expected mqtt or hex'],
    [
      'speaks: lines, trace: mqtt',
      'p0.trace: found "mqtt", expected hex, or speaks: mqtt or bytes',
    ],
    ['pcapBytes: 300000', 'p0.pcapBytes: found 300000, expected pcap beside it'],
    ['pcap: a, pcapBytes: 1', 'expected a whole number from 262144 to'],
    ['pcap: no/such', 'p0.pcap: found no/such, expected a file in a folder that exists'],
  ])('is refused as %s', (entry, line) => {
    expect(() => load(entry)).toThrow(line)
  })

  it('has a capture file of its own for each port', () => {
    const { ports } = load('pcap: a', 'pcap: b, trace: mqtt')
    expect(ports.map(({ pcap }) => pcap)).toEqual([join(folder, 'a'), join(folder, 'b')])
    expect(() => load('pcap: a', 'pcap: ./a')).toThrow(
      'p1.pcap: found ./a, expected another file than that of p0',
    )
  })
})

describe('what a port of bytes is joined to', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'motewire-bytes-'))
  })

  afterEach(() => rmSync(folder, { recursive: true }))

  function load(entry: string): BridgeConfig {
    const port = `  p: { serial: /dev/ttyX, speaks: bytes, ${entry} }\n`
    writeFileSync(join(folder, 'x'), `version: 1\nports:\n${port}`)
    return loadBridgeConfig(join(folder, 'x'))
  }

  const field = 'no placeholder but %port, %serial, %host, %time and %%'
  it.each([
    ["tcp: 'a:1', udp: 'a:2'", 'p.speaks: found "bytes", expected one of tcp, listen and udp'],
    ['udp: { learn: true }', 'udp.peers: found nothing, expected peers, or learn: true with'],
    [
      "udp: { listen: '0.0.0.0:1', learn: true }",
      'udp.allow: found nothing, expected allow beside',
    ],
    ["udp: { peers: ['a'] }", 'p.udp.peers[0]: found "a", expected HOST:PORT'],
    ["udp: 'a:1', registration: { text: '%nam' }", `text: found "%nam", expected text of 1`],
    ["udp: 'a:1', registration: { text: '%' }", field],
    ["udp: 'a:1', registration: { hex: 7 }", 'registration.hex: found 7, expected'],
    ["udp: 'a:1', registration: { text: a, hex: '00' }", 'expected either text or hex'],
    ["udp: 'a:1', registration: {}", 'expected either text or hex'],
    ["udp: 'a:1', registration: { text: a, when: often }", 'expected connect or packet or both'],
    ["udp: 'a:1', heartbeat: { net: { text: a } }", 'heartbeat.net.every: '],
    ["udp: 'a:1', heartbeat: { net: { text: a, every: 10ms } }", 'a duration from 100ms to'],
    ["udp: 'a:1', gather: { idle: 0ms }", 'gather.idle: found "0ms", expected a duration from 1ms'],
    ["udp: 'a:1', gather: { bytes: 0 }", 'expected a whole number from 1 to 65536'],
  ])('is refused as %s', (entry, line) => {
    expect(() => load(entry)).toThrow(line)
  })

  it('is made with what is said besides', () => {
    const said = "registration: { text: '%port@%host', when: both }"
    const beats =
      "heartbeat: { net: { text: '%serial', every: 30s }, device: { hex: '00', every: 1s } }"
    const { ports } = load(
      `udp: { listen: 'localhost:7', learn: true }, ${said}, ${beats}, gather: { mark: "\\n" }`,
    )
    const { registration, heartbeat, deviceHeartbeat, gather, net } = bytePlane(ports[0]!)
    const rendered = [registration, heartbeat, deviceHeartbeat].map((one) =>
      Buffer.from(one!.packet.render(0)).toString(),
    )
    expect(rendered).toEqual([`p@${hostname()}`, '/dev/ttyX', '\0'])
    expect([registration?.when, heartbeat?.everyMs, deviceHeartbeat?.everyMs]).toEqual([
      'both',
      30_000,
      1_000,
    ])
    expect(gather?.mark).toEqual(Buffer.from('\n'))
    expect(net).toMatchObject({ name: 'udp at localhost:7' })
  })
})

describe('a server in the file of a bridge', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'motewire-server-'))
  })

  afterEach(() => rmSync(folder, { recursive: true }))

  /** Loads a file with a port of bytes for each server. */
  function load(...servers: readonly string[]): BridgeConfig {
    const ports = servers.map((listen, index) => {
      return `  p${index}: { serial: /dev/tty${index}, speaks: bytes, listen: ${listen} }\n`
    })
    writeFileSync(join(folder, 'x'), `version: 1\nports:\n${ports.join('')}`)
    return loadBridgeConfig(join(folder, 'x'))
  }

  it.each([
    [`'0.0.0.0:1'`, 'listen: found "0.0.0.0:1", expected allow or ca beside an address'],
    [`{ address: '[::]:2', kick: true }`, 'expected allow or ca beside an address that opens'],
    [`{ address: '[::]:2', allow: [10.0.0.0/99] }`, 'listen.allow[0]: found "10.0.0.0/99"'],
    [`{ address: 'localhost:2', viewers: 65 }`, 'expected a whole number from 0 to 64'],
    [`{ address: '0.0.0.0:2', ca: x }`, 'expected cert and key together, also for ca'],
    [`{ address: '[::1]:3', cert: x, key: no }`, 'listen.key: found no (no such file), expected'],
    [`{ address: '[::1]:3', cert: x, key: x }`, 'expected a certificate, its key and an authority'],
  ])('is refused as %s', (listen, line) => {
    expect(() => load(listen)).toThrow(line)
  })

  it('becomes that of the bridge, with the contents of its files', () => {
    const authority = new CertificateAuthority('authority')
    const { cert, key } = authority.issue('server')
    writeFileSync(join(folder, 'cert'), cert)
    writeFileSync(join(folder, 'key'), key)
    writeFileSync(join(folder, 'ca'), authority.cert)
    const secret = `{ address: '0.0.0.0:4', cert: cert, key: key, ca: ca }`
    const rest = 'viewers: 2, kick: true, rfc2217: true'
    const open = `{ address: 'localhost:5', allow: [10.0.0.0/8], ${rest} }`
    const { ports } = load(`'127.0.0.1:3'`, open, secret)
    expect(ports.map(({ listen }) => listen)).toEqual([
      { listen: { host: '127.0.0.1', port: 3 } },
      {
        listen: { host: 'localhost', port: 5 },
        allow: ['10.0.0.0/8'],
        viewersMax: 2,
        whenBusy: 'kick',
        rfc2217: {},
      },
      { listen: { host: '0.0.0.0', port: 4 }, tls: { cert, key, ca: authority.cert } },
    ])
    const names = ports.map((port) => {
      return bridgeDefinition(port, QUIET).make().snapshot().net.name
    })
    expect(names[2]).toBe('tls server 0.0.0.0:4')
  })
})
