// The configuration of a running broker: looked at, checked, changed, written to its file alone.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectAsync } from '@motewire/sdk'
import { Broker, LiveConfig, loadBrokerConfig } from '@motewire/simulator/broker'

const FILE = `# Of plant 7.
listeners:
  - port: 0
limits:
  clients: 50 # as agreed
users:
  pump: { password: secret }
anonymous: true
`

let folder: string
let file: string
let broker: Broker
let config: LiveConfig

function open(name: string, text: string): void {
  file = join(folder, name)
  writeFileSync(file, text)
  broker = new Broker(loadBrokerConfig(file))
  config = new LiveConfig(broker, file)
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'live-config-'))
  open('broker.yaml', FILE)
})

afterEach(async () => {
  await broker.stop()
  rmSync(folder, { recursive: true })
})

describe('the configuration of a running broker', () => {
  it('shows what holds, defaults included, and no secret', () => {
    const { text, readOnly, fixed } = config.view()
    expect(readOnly).toBeNull()
    expect(text).toContain('  clients: 50\n')
    expect(text).toContain('  # publishesPerSecond: without limit\n')
    expect(text).toContain('queue:\n  messages: 10000\n')
    expect(text).toContain('connectTimeout: 10000ms\n')
    expect(Object.fromEntries(fixed)).toMatchObject({ qosMax: '2', folder: '–', topicExpiry: '–' })
    expect(JSON.stringify(config.view())).not.toContain('secret')
  })

  it('takes its own text back as it is', () => {
    const before = config.view()
    expect(config.check(before.text)).toEqual([])
    config.apply(before.text)
    expect(config.view()).toEqual(before)
    expect(loadBrokerConfig(file)).toMatchObject({ clientsMax: 50, connectTimeoutMs: 10_000 })
  })

  it.each([
    ['limits:\n  clients: many', 'settings:2:12: limits.clients: found "many", expected a whole'],
    ['limits:\n  client: 5', 'settings:2:3: limits.client: unknown key, did you mean clients?'],
    ['keepaliveMax: soon', 'settings:1:15: keepaliveMax: found "soon", expected a duration'],
    ['queue:\n  whenFull: burst', 'settings:2:13: queue.whenFull: found "burst"'],
    ['users: {}', 'settings:1:1: users: changes only with a restart of the broker'],
    ['limits: { topics: 5 }', 'settings:1:11: limits.topics: changes only with a restart'],
    ['listener: 5', 'settings:1:1: listener: unknown key, did you mean listeners?'],
    ['limits: [', 'settings:1:'],
  ])('says what is wrong with %j, and stays as it was', (text, problem) => {
    const before = config.view()
    expect(config.check(text)[0]).toContain(problem)
    expect(() => config.apply(text)).toThrow(problem)
    expect(config.view()).toEqual(before)
    expect(readFileSync(file, 'utf8')).toBe(FILE)
  })

  it('tells all mistakes at once, in the order of the text', () => {
    const text = 'queue:\n  messages: 0\nlimits:\n  clients: -1\n'
    expect(config.check(text)).toEqual([
      expect.stringContaining('settings:2:13: queue.messages: found 0'),
      expect.stringContaining('settings:4:12: limits.clients: found -1'),
    ])
  })

  it('holds for the next client, and puts nobody out', async () => {
    const { port } = await broker.start()
    const url = `mqtt://127.0.0.1:${port}`
    const first = await connectAsync(url, { protocolVersion: 5 })
    const second = await connectAsync(url, { protocolVersion: 5 })
    config.apply('limits:\n  clients: 2\n  subscriptionsPerClient: 1\n')
    const refused = connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0 })
    await expect(refused).rejects.toThrow('too many clients or sessions')
    expect([first.connected, second.connected]).toEqual([true, true])
    await first.subscribe('a', { qos: 1 })
    const [grant] = await first.subscribe('b', { qos: 1 })
    expect(grant?.qos).toBe(0x97)
    config.apply('limits:\n  clients: 3\n')
    const third = await connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0 })
    await Promise.all([first, second, third].map((client) => client.end()))
  })

  it('changes these values in its file and nothing else', () => {
    config.apply('limits:\n  clients: 7\nsessionExpiryMax: 7d\n')
    expect(readFileSync(file, 'utf8')).toBe(
      FILE.replace('clients: 50', 'clients: 7') + 'sessionExpiryMax: 7d\n',
    )
    expect(loadBrokerConfig(file)).toMatchObject({ clientsMax: 7, sessionExpiryMaxS: 604_800 })
    expect(readdirSync(folder)).toEqual(['broker.yaml'])
    // What is left out has its default again.
    config.apply('')
    expect(readFileSync(file, 'utf8')).not.toMatch(/clients: 7|sessionExpiryMax/)
    expect(broker.settings.clientsMax).toBe(100_000)
  })

  it('overwrites nothing that somebody else has written meanwhile', () => {
    writeFileSync(file, `${FILE}retain: false\n`)
    expect(() => config.apply('limits:\n  clients: 7\n')).toThrow('by somebody else')
    expect(readFileSync(file, 'utf8')).toBe(`${FILE}retain: false\n`)
    expect(broker.settings.clientsMax).toBe(50)
  })

  it('stays as it was when its file cannot be written', () => {
    mkdirSync(`${file}.new`)
    expect(() => config.apply('limits:\n  clients: 7\n')).toThrow('cannot be written (EISDIR)')
    expect(broker.settings.clientsMax).toBe(50)
  })
})

describe('a broker without a file of its own', () => {
  it('is read only, and says why', () => {
    const without = new LiveConfig(broker, undefined)
    expect(without.view()).toMatchObject({ file: null, readOnly: 'no-file' })
    expect(() => without.apply('limits:\n  clients: 7\n')).toThrow('without a file of its own')
    open('mosquitto.conf', 'listener 0 127.0.0.1\nallow_anonymous true\nmax_keepalive 30\n')
    expect(config.view()).toMatchObject({ readOnly: 'mosquitto' })
    expect(config.view().text).toContain('keepaliveMax: 30s')
    expect(() => config.apply('')).toThrow('without a file of its own')
  })
})
