// Recordings of the workbench: what is kept, at what pace it is published again, and the copy of
// retained messages. The brokers are ours.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ConsoleServer } from '@motewire/console'
import type {
  ConnectionView,
  MessageDetailView,
  MessageRow,
  RecordingView,
  RetainedCopyView,
  RingView,
} from '@motewire/console'
import { ManualClock } from '@motewire/sdk/testing'
import { Broker } from '@motewire/simulator/broker'
import { RECORDED_MESSAGES_MAX } from '../../../console/limits.ts'
import { Recording } from '../../../console/workbench/recording.ts'
import type { RecordedMessage } from '../../../console/workbench/recording.ts'
import { Replay } from '../../../console/workbench/replay.ts'
import { ask, askJson, askRefused, WRITING } from '../../support/console-client.ts'

const WAIT = { timeout: 10_000 }
const BYTES = Buffer.from([0, 0xff, 0xfe, 0x80])

const message = (at: number, topic: string): RecordedMessage => {
  return { at, topic, payload: Buffer.from(topic), qos: 1, retain: false }
}

describe('a replay', () => {
  const times = [5_000, 5_100, 5_100, 7_000]
  const recorded = times.map((at, index) => message(at, `t/${index}`))

  function play(speed: number, publish?: () => Promise<void>) {
    const clock = new ManualClock()
    const sent: [number, string][] = []
    const replay = new Replay(recorded, {
      speed,
      prefix: 'copy/',
      connection: '1',
      clock,
      publish: ({ topic }) => {
        sent.push([clock.now(), topic])
        return publish?.() ?? Promise.resolve()
      },
    })
    return { clock, sent, replay }
  }

  it.each([
    [1, [0, 100, 100, 2_000]],
    [10, [0, 10, 10, 200]],
    [0.5, [0, 200, 200, 4_000]],
    [Infinity, [0, 0, 0, 0]],
  ])('keeps the pace of the messages, %d times faster', async (speed, due) => {
    const { clock, sent, replay } = play(speed)
    const start = clock.now()
    clock.advance(5_000)
    await replay.done
    expect(sent.map(([at]) => at - start)).toEqual(due)
    expect(sent.map(([, topic]) => topic)).toEqual(recorded.map(({ topic }) => `copy/${topic}`))
    expect(replay.view()).toMatchObject({ sent: 4, failed: 0, total: 4, isRunning: false })
  })

  it('says how many failed, and why', async () => {
    const { replay } = play(Infinity, () => Promise.reject(new Error('quota exceeded')))
    await replay.done
    expect(replay.view()).toMatchObject({ sent: 0, failed: 4, problem: 'quota exceeded' })
  })

  it('sends no more once it is stopped', async () => {
    const { clock, sent, replay } = play(1)
    clock.advance(100)
    replay.stop()
    clock.advance(10_000)
    await replay.done
    expect(sent).toHaveLength(3)
    expect(replay.view()).toMatchObject({ isRunning: false })
  })

  it('lets no more than a hundred messages wait for the broker', async () => {
    const many = Array.from({ length: 250 }, (_, index) => message(index, `t/${index}`))
    const open: (() => void)[] = []
    const topics: string[] = []
    const replay = new Replay(many, {
      speed: Infinity,
      prefix: '',
      connection: '1',
      clock: new ManualClock(),
      publish: ({ topic }) => {
        topics.push(topic)
        return new Promise((resolve) => open.push(resolve))
      },
    })
    expect(open).toHaveLength(100)
    let most = 0
    while (open.length > 0) {
      most = Math.max(most, open.length)
      open.shift()?.()
      // What settles goes on in micro-tasks of its own.
      for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    }
    await replay.done
    expect(most).toBe(100)
    expect(topics).toEqual(many.map(({ topic }) => topic))
  })
})

describe('a recording', () => {
  it('has no more messages than fit, and says so', () => {
    const recording = new Recording('1', 'many', '#')
    for (let count = 0; count < RECORDED_MESSAGES_MAX; count++) recording.add(message(1, 'a'))
    expect(recording.isFull).toBe(false)
    expect(recording.add(message(1, 'a'))).toBe(false)
    expect([recording.isFull, recording.messages.length]).toEqual([true, RECORDED_MESSAGES_MAX])
  })

  it('has no more bytes than fit', () => {
    const recording = new Recording('1', 'large', '#')
    const large = { ...message(1, 'a'), payload: Buffer.alloc(8_000_000) }
    expect([recording.add(large), recording.add(large), recording.add(large)]).toEqual([
      true,
      true,
      false,
    ])
  })

  it('comes back from its JSON lines as it was, text and bytes', () => {
    const recording = new Recording('1', 'both', '#')
    recording.add({
      ...message(1_700_000_000_000, 'a/text'),
      payload: Buffer.from('{"t": "温度"}'),
    })
    recording.add({ at: 1_700_000_000_250, topic: 'a', payload: BYTES, qos: 2, retain: true })
    expect(recording.text()).toContain(String.raw`"payload":"{\"t\": \"温度\"}"`)
    const again = new Recording('2', 'again', '')
    again.read(recording.text())
    expect(again.messages).toEqual(recording.messages)
    expect(again.durationMs).toBe(250)
  })

  it.each([
    ['{"at": 1, "topic": "a"}\n\nno json', 'line 3: it is not JSON'],
    ['{"topic": "a"}', 'line 1: at is not a time in ms since 1970'],
    ['{"at": 1, "topic": "a/#"}', 'line 1: '],
    ['{"at": 1, "topic": "a", "colour": 1}', "line 1: key 'colour' is unknown"],
    ['{"at": 2, "topic": "a"}\n{"at": 1, "topic": "a"}', 'line 2: at is before'],
    ['\n', 'lines hold no message'],
  ])('is not made of %j', (text, problem) => {
    expect(() => new Recording('1', 'bad', '').read(text)).toThrow(problem)
  })
})

describe('recordings of the console', () => {
  const broker = new Broker({ port: 0 })
  const second = new Broker({ port: 0 })
  const server = new ConsoleServer()
  let api = ''
  let here = ''
  let there = ''

  beforeAll(async () => {
    api = `${(await server.start()).url}api/v1/`
    here = await connect(broker)
    there = await connect(second)
  })

  afterEach(async () => {
    for (const { id } of await recordings()) await send('DELETE', `recordings/${id}`)
  })

  afterAll(async () => {
    await server.stop()
    await Promise.all([broker.stop(), second.stop()])
  })

  async function connect(to: Broker, protocolVersion: 4 | 5 = 5): Promise<string> {
    const port = to.listeners()[0]?.port || (await to.start()).port
    const url = `mqtt://127.0.0.1:${port}`
    const { id } = await post<ConnectionView>('connections', { url, protocolVersion })
    await post(`connections/${id}/subscribe`, { filter: 'kept/#', qos: 2 })
    return id
  }

  const post = <Answer>(path: string, body: object): Promise<Answer> =>
    askJson(api + path, { method: 'POST', headers: WRITING, body })
  const send = (method: string, path: string) => ask(api + path, { method, headers: WRITING })
  const refused = (path: string, body: object): Promise<string> =>
    askRefused(api + path, { method: 'POST', headers: WRITING, body })
  const recordings = (): Promise<RecordingView[]> => askJson(`${api}recordings`)
  const record = (filter: string): Promise<RecordingView> =>
    post(`connections/${here}/recordings`, { filter })
  const heard = async (id: string): Promise<unknown[]> => {
    const view = await askJson<RingView<MessageRow>>(`${api}connections/${id}/messages`)
    return view.rows.map(({ topic, start, qos, retain }) => [topic, start.base64, qos, retain])
  }

  it('replay equal topics and payloads on another broker, those of the filter', async () => {
    const { id } = await record('kept/#')
    broker.publish('kept/text', Buffer.from('21.5'), { qos: 1, retain: false })
    broker.publish('kept/bytes', BYTES, { qos: 2, retain: false })
    await expect.poll(recordings, WAIT).toMatchObject([{ messages: 2, state: 'recording' }])
    expect((await send('POST', `recordings/${id}/stop`)).status).toBe(204)
    broker.publish('kept/late', Buffer.from('x'), { qos: 1, retain: false })
    await expect.poll(() => heard(here), WAIT).toHaveLength(3)
    await post(`recordings/${id}/replay`, { connection: there, speed: null })
    await expect
      .poll(recordings, WAIT)
      .toMatchObject([{ messages: 2, state: 'ended', replay: { sent: 2, isRunning: false } }])
    await expect.poll(() => heard(there), WAIT).toHaveLength(2)
    expect(await heard(there)).toEqual((await heard(here)).slice(0, 2))
  })

  it('keep the MQTT 5 properties of a message, also on the way through a file', async () => {
    const { id } = await record('kept/#')
    const properties = {
      contentType: 'application/json',
      responseTopic: 'kept/answer',
      correlationData: 'AP+A',
      userProperties: { site: 'north', tag: ['a', 'b'] },
    }
    const body = { topic: 'kept/asked', payload: '{}', qos: 1, properties }
    await post(`connections/${here}/publish`, body)
    await expect.poll(recordings, WAIT).toMatchObject([{ messages: 1 }])
    const { text } = await ask(`${api}recordings/${id}/lines`)
    expect(JSON.parse(text)).toMatchObject({ topic: 'kept/asked', properties })
    const file = await post<RecordingView>('recordings', { lines: text })
    const older = await connect(second, 4)
    for (const connection of [there, older]) {
      await post(`recordings/${file.id}/replay`, { connection, speed: null, prefix: 'kept/again' })
      await expect
        .poll(async () => (await recordings()).at(-1)?.replay, WAIT)
        .toMatchObject({ connection, sent: 1, failed: 0 })
    }
    await expect.poll(() => heard(there), WAIT).toHaveLength(4)
    const view = await askJson<RingView<MessageRow>>(`${api}connections/${there}/messages?limit=2`)
    const told = await Promise.all(
      view.rows.map(({ sequence }) =>
        askJson<MessageDetailView>(`${api}connections/${there}/message?sequence=${sequence}`),
      ),
    )
    // The older protocol has no place for them.
    expect(told[0]?.properties).toMatchObject(properties)
    expect(Object.keys(told[1]?.properties ?? {})).toEqual(['subscriptionIdentifier'])
    const wrong = JSON.stringify({ at: 1, topic: 'a', payload: '', properties: { topicAlias: 3 } })
    expect(await refused('recordings', { lines: wrong })).toBe('400 ERR_CONSOLE_BODY_INVALID')
    await send('DELETE', `connections/${older}`)
  })

  it('are saved as JSON lines, and taken back', async () => {
    const { id } = await record('kept/#')
    broker.publish('kept/one', Buffer.from('1'), { qos: 1, retain: false })
    await expect.poll(recordings, WAIT).toMatchObject([{ messages: 1 }])
    const { text, headers } = await ask(`${api}recordings/${id}/lines`)
    expect(headers['content-type']).toBe('application/x-ndjson; charset=utf-8')
    const taken = await post<RecordingView>('recordings', { name: 'file', lines: text })
    expect(taken).toMatchObject({ name: 'file', filter: '', messages: 1, state: 'ended' })
    expect((await ask(`${api}recordings/${taken.id}/lines`)).text).toBe(text)
  })

  it('end with their connection, and stay', async () => {
    const url = `mqtt://127.0.0.1:${broker.listeners()[0]?.port}`
    const { id } = await post<ConnectionView>('connections', { url })
    await post(`connections/${id}/subscribe`, { filter: 'brief/#' })
    await post(`connections/${id}/recordings`, { filter: 'brief/#', name: 'brief' })
    expect(await recordings()).toMatchObject([{ name: 'brief', state: 'recording' }])
    await send('DELETE', `connections/${id}`)
    expect(await recordings()).toMatchObject([{ name: 'brief', state: 'ended' }])
  })

  it('are eight at most, and refused with their reason', async () => {
    expect(await refused(`connections/${here}/recordings`, { filter: 'other' })).toBe(
      '404 ERR_CONSOLE_NOT_FOUND',
    )
    expect(await refused('recordings', { lines: 'x' })).toBe('400 ERR_CONSOLE_BODY_INVALID')
    const first = await record('kept/#')
    const replay = `recordings/${first.id}/replay`
    expect(await refused(replay, { connection: there })).toBe('409 ERR_CONSOLE_CONFLICT')
    expect(await refused(replay, { connection: there, speed: 0 })).toBe(
      '400 ERR_CONSOLE_BODY_INVALID',
    )
    for (let count = 1; count < 8; count++) await record('kept/#')
    expect(await refused(`connections/${here}/recordings`, { filter: 'kept/#' })).toBe(
      '409 ERR_CONSOLE_CONFLICT',
    )
  })

  it('copy what a broker retains below a path to another broker, with its QoS', async () => {
    for (const [topic, payload, qos] of [
      ['plan/a', 'one', 0],
      ['plan/a/b', 'two', 2],
      ['plan', 'root', 1],
      ['planet', 'not below', 1],
    ] as const) {
      broker.publish(topic, Buffer.from(payload), { qos, retain: true })
    }
    // A tree that is never quiet: what is published meanwhile is none of it.
    const live = { topic: 'plan/live', payload: '1', repeat: { count: 100_000, everyMs: 20 } }
    await post(`connections/${here}/publish`, live)
    const path = `connections/${here}/copy-retained`
    const reply = await post<RetainedCopyView>(path, { path: 'plan', to: there, prefix: 'new/' })
    await send('DELETE', `connections/${here}/series`)
    expect(reply).toEqual({ path: 'plan', copied: 3, failed: 0, problem: null })
    await post(`connections/${there}/subscribe`, { filter: 'new/#', qos: 2 })
    const copied = async () => (await heard(there)).filter((row) => String(row).startsWith('new/'))
    await expect.poll(copied, WAIT).toHaveLength(3)
    const base64 = (text: string): string => Buffer.from(text).toString('base64')
    const byTopic = (one: unknown, other: unknown): number => (String(one) < String(other) ? -1 : 1)
    expect((await copied()).toSorted(byTopic)).toEqual([
      ['new/plan', base64('root'), 1, true],
      ['new/plan/a', base64('one'), 0, true],
      ['new/plan/a/b', base64('two'), 2, true],
    ])
    // Nothing of it shows on the visitor's connection, and nothing is copied onto itself.
    expect((await heard(here)).flat()).not.toContain('plan/a')
    expect(await refused(path, { path: 'plan', to: here })).toBe('409 ERR_CONSOLE_CONFLICT')
    expect(await post(path, { path: 'nothing', to: there })).toMatchObject({ copied: 0 })
  })
})
