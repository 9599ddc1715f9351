// The console beside programs that are not ours: clients of Mosquitto on our broker, a Mosquitto
// that is looked at from outside, a stand-in for Apollo, and a serial cable that is pulled.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bridgeView, ConsoleServer, ObservedBroker } from '@motewire/console'
import type { BridgeView, ClientDetailView, ConnectionView, PageView } from '@motewire/console'
import { Bridge, SerialChannel, serialSource, tcpSource } from '@motewire/hardware'
import { connectAsync } from '@motewire/sdk'
import { Broker } from '@motewire/simulator/broker'
import { PtyPair } from '../contract/hardware/pty-pair.ts'
import { ApolloFake } from '../support/brokers/apollo-fake.ts'
import { requireComponent } from '../support/component.ts'
import { askJson, WRITING } from '../support/console-client.ts'
import { Mosquitto } from '../support/mosquitto.ts'
import { Program } from '../support/programs.ts'

const WAIT = { timeout: 20_000 }

let broker: Broker
let port: string
let server: ConsoleServer
let api: string

beforeEach(async () => {
  broker = new Broker({ port: 0 })
  port = String((await broker.start()).port)
  server = new ConsoleServer({ broker, bridges: () => bridges() })
  api = `${(await server.start()).url}api/v1/`
})

afterEach(async () => {
  bridges = () => []
  await server.stop()
  await broker.stop()
})

let bridges = (): BridgeView[] => []

describe.runIf(requireComponent('mosquitto'))('clients of Mosquitto on the console', () => {
  it('are counted as many messages as mosquitto_pub sent', async () => {
    const reader = ['-p', port, '-i', 'reader', '-t', 'count/#', '-q', '1', '-C', '51', '-W', '20']
    const sub = new Program('mosquitto_sub', reader)
    await expect.poll(() => broker.stats().subscriptions, WAIT).toBe(1)
    const lines = Array.from({ length: 50 }, (_, index) => `reading ${index}\n`).join('')
    const sent = ['-p', port, '-i', 'counted', '-t', 'count/a', '-q', '1', '-l', '-c', '-V', '5']
    const pub = new Program('mosquitto_pub', [...sent, '-x', '60'], lines)
    expect(await pub.finished).toMatchObject({ code: 0, err: '' })
    expect(await askJson(`${api}clients/counted`)).toMatchObject({ messagesIn: 50, messagesOut: 0 })
    await expect
      .poll(() => askJson<ClientDetailView>(`${api}clients/reader`), WAIT)
      .toMatchObject({
        messagesIn: 0,
        messagesOut: 50,
        subscriptionList: [{ filter: 'count/#', qos: 1 }],
      })
    broker.publish('count/end', Buffer.from('x'), { qos: 0, retain: false })
    expect((await sub.finished).out.split('\n')).toHaveLength(52)
  })

  it('leave a will and a reason when they are killed', async () => {
    const will = ['--will-topic', 'pump/gone', '--will-payload', 'bye']
    const sub = new Program('mosquitto_sub', ['-p', port, '-i', 'victim', '-t', 'x', ...will])
    await expect
      .poll(() => askJson<PageView<object>>(`${api}clients`), WAIT)
      .toMatchObject({ total: 1 })
    expect(await askJson(`${api}clients/victim`)).toMatchObject({
      inside: { will: { topic: 'pump/gone', bytes: 3 } },
    })
    sub.child.kill('SIGKILL')
    const events = async (): Promise<string[]> => {
      const rows = await askJson<{ kind: string; detail: string }[]>(`${api}clients/victim/events`)
      return rows.map(({ kind, detail }) => `${kind} ${detail}`)
    }
    await expect.poll(events, WAIT).toContainEqual(expect.stringMatching(/^willPublished/))
    expect(await events()).toEqual([
      expect.stringMatching(/^connected from 127\.0\.0\.1:/),
      'subscribed x at QoS 0',
      'disconnected socket closed',
      'willPublished pump/gone',
    ])
    await sub.finished
  })
})

describe.runIf(requireComponent('mosquitto'))('a Mosquitto on the console', () => {
  it('tells its $SYS by the names that ours has, and what it does not expose', async () => {
    await using mosquitto = await Mosquitto.start({ lines: ['sys_interval 1'] })
    const observed = new ObservedBroker(mosquitto.url)
    const outside = new ConsoleServer({ broker: observed })
    const url = `${(await outside.start()).url}api/v1/`
    interface System {
      readonly kind: string
      readonly rows: readonly { readonly name: string; readonly value: string }[]
    }
    const look = (where: string): Promise<System> => askJson(`${where}system`)
    const NAMES = ['broker/version', 'broker/uptime', 'broker/clients/connected']
    const named = ({ rows }: System): (string | undefined)[] =>
      NAMES.map((name) => rows.find((row) => row.name === name)?.name)
    await expect.poll(async () => named(await look(url)), WAIT).toEqual(NAMES)
    await expect.poll(async () => named(await look(api)), WAIT).toEqual(NAMES)
    const theirs = await look(url)
    expect(theirs).toMatchObject({ kind: 'observed' })
    expect(theirs.rows.find(({ name }) => name === NAMES[0])?.value).toMatch(/^mosquitto version/)
    expect(await look(api)).toMatchObject({ kind: 'own' })
    await outside.stop()
    await observed.end()
  })
})

describe.runIf(requireComponent('mosquitto'))('a Mosquitto with another broker', () => {
  it.each([3, 4, 5])('gives what it retains to ours, by version %d', async (version) => {
    await using mosquitto = await Mosquitto.start({ lines: [] })
    const filler = await connectAsync(mosquitto.url)
    const topics = Array.from({ length: 120 }, (_, index) => `plan/${index}/set`)
    for (const [index, topic] of topics.entries()) {
      await filler.publishAsync(topic, `${index}`, { qos: index % 3 === 2 ? 2 : 1, retain: true })
    }
    await filler.end()
    const join = async (url: string): Promise<string> => {
      const question = {
        method: 'POST',
        headers: WRITING,
        body: { url, protocolVersion: version },
      }
      return (await askJson<ConnectionView>(`${api}connections`, question)).id
    }
    const [from, to] = [await join(mosquitto.url), await join(`mqtt://127.0.0.1:${port}`)]
    const question = { method: 'POST', headers: WRITING, body: { path: 'plan', to } }
    expect(await askJson(`${api}connections/${from}/copy-retained`, question)).toMatchObject({
      copied: 120,
      failed: 0,
    })
    const kept = topics.map((topic) => broker.topic(topic)?.retainedPayload)
    expect(kept.map((payload) => Buffer.from(payload ?? []).toString())).toEqual(
      topics.map((_, index) => String(index)),
    )
  })
})

describe('the preset for Apollo', () => {
  it('connects, by the version ladder, to a broker that speaks no MQTT 5.0', async () => {
    const apollo = await ApolloFake.start()
    const presets = await askJson<{ name: string; url: string }[]>(`${api}presets`)
    const { name, ...preset } = presets.find(({ url }) => url.endsWith(':61613'))!
    const body = { ...preset, url: `mqtt://127.0.0.1:${apollo.port}` }
    const question = { method: 'POST', headers: WRITING, body }
    const view = await askJson<ConnectionView>(`${api}connections`, question)
    expect(view).toMatchObject({ state: 'online', protocolVersion: 4 })
    expect(name).toContain('Apollo')
    await server.stop()
    await apollo.stop()
  })
})

describe.runIf(requireComponent('socat'))('a bridge on the console', () => {
  it('reopens after its cable was pulled, and the device loses no QoS 1 message', async () => {
    const cable = await PtyPair.create()
    const bridge = new Bridge({
      port: serialSource(cable.near),
      net: tcpSource({ host: '127.0.0.1', port: Number(port) }),
    })
    bridges = () => [bridgeView('press-4', bridge.snapshot(), Date.now())]
    await bridge.start()
    const device = await connectAsync('serial://device', {
      clientId: 'press-4',
      openChannel: () => new SerialChannel(cable.far),
      reconnectPeriod: 50,
      reconnectPeriodMaxMs: 100,
      // What is said into a line that nobody has open yet is lost, CONNECT too.
      connectTimeout: 500,
    })
    const got = new Set<string>()
    const reader = await connectAsync(`mqtt://127.0.0.1:${port}`)
    reader.on('message', (_topic, payload) => got.add(payload.toString()))
    await reader.subscribe('press/#', { qos: 1 })
    const sent: Promise<void>[] = []
    const publish = (): void => {
      for (let count = 0; count < 20; count++) {
        sent.push(device.publishAsync('press/4', `reading ${sent.length}`, { qos: 1 }))
      }
    }
    publish()
    const look = (): Promise<BridgeView[]> => askJson(`${api}bridges`)
    await expect.poll(look, WAIT).toMatchObject([{ serial: { state: 'up' }, tcp: { state: 'up' } }])
    await cable.unplug()
    publish()
    await expect.poll(look, WAIT).toMatchObject([{ serial: { state: 'absent' } }])
    await cable.plug()
    await Promise.all(sent)
    await expect.poll(() => got.size, WAIT).toBe(40)
    const [view] = await look()
    expect(view).toMatchObject({ serial: { state: 'up' }, tcp: { state: 'up' } })
    expect(view?.reopenings).toBeGreaterThanOrEqual(2)
    await Promise.all([device.end(), reader.end()])
    await bridge.stop()
    await cable.remove()
  })
})
