// The stream of events: what it says and when, that a slow reader costs nothing, that it ends.

import type { IncomingMessage } from 'node:http'
import { Writable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { ConsoleServer } from '@motewire/console'
import type { ConsoleOptions, SnapshotView } from '@motewire/console'
import { ManualClock } from '@motewire/sdk/testing'
import { EventStream } from '../../../console/live/event-stream.ts'
import { RateHistory } from '../../../console/live/rate-history.ts'
import { askRefused, eventsOf, open } from '../../support/console-client.ts'
import type { ServerSentEvent } from '../../support/console-client.ts'
import { livelyBridges, LivelyBroker } from '../../support/console-fixture.ts'

let running: ConsoleServer[] = []
let streams: IncomingMessage[] = []

afterEach(async () => {
  for (const stream of streams) stream.destroy()
  await Promise.all(running.map((server) => server.stop()))
  running = []
  streams = []
})

async function start(options: ConsoleOptions): Promise<{ server: ConsoleServer; events: string }> {
  const server = new ConsoleServer(options)
  running.push(server)
  const { url } = await server.start()
  return { server, events: `${url}api/v1/events` }
}

/** Gives one event after the other; `end` when the stream has ended. */
async function listen(events: string): Promise<() => Promise<ServerSentEvent>> {
  const stream = await open(events)
  streams.push(stream)
  const iterator = eventsOf(stream)
  return async () => {
    const { done, value } = await iterator.next()
    return done === true ? { event: 'end', json: null } : value
  }
}

describe('the stream of events', () => {
  it('begins with the rates so far, then tells each second how things are', async () => {
    const clock = new ManualClock()
    const broker = new LivelyBroker({ clients: 2, topics: 100 }, () => clock.now())
    const { events } = await start({ broker, clock, title: 'plant 7' })
    clock.advance(3000)
    const next = await listen(events)
    const history = await next()
    expect(history.event).toBe('history')
    expect((history.json as { samples: unknown[] }).samples).toHaveLength(3)
    const first = await next()
    expect(first).toMatchObject({
      event: 'snapshot',
      json: { title: 'plant 7', broker: { clientsConnected: 2 }, fleet: null, bridges: [] },
    })
    clock.advance(1000)
    const second = await next()
    const { broker: told } = second.json as SnapshotView
    expect(told?.uptimeMs).toBe(4000)
    const { broker: before } = first.json as SnapshotView
    expect(told?.inPerSecond).toBe((told?.messagesIn ?? 0) - (before?.messagesIn ?? 0))
  })

  it('looks at the bridges only while somebody listens', async () => {
    const clock = new ManualClock()
    let looks = 0
    const bridges = (): [] => {
      looks++
      return []
    }
    const { events } = await start({ clock, bridges })
    clock.advance(5000)
    expect(looks).toBe(0)
    const next = await listen(events)
    await next()
    await next()
    expect(looks).toBe(1)
  })

  it('tells a healthy reader everything while another one has stopped reading', async () => {
    const clock = new ManualClock()
    const many = Array.from({ length: 200 }, () => livelyBridges(() => clock.now())).flat()
    const { events } = await start({ clock, bridges: () => many })
    const stopped = await open(events)
    streams.push(stopped)
    stopped.pause()
    const next = await listen(events)
    await next()
    await next()
    for (let tick = 1; tick <= 50; tick++) {
      clock.advance(1000)
      expect((await next()).event).toBe('snapshot')
    }
  })

  it('has room for sixteen', async () => {
    const { events } = await start({ clock: new ManualClock() })
    await Promise.all(Array.from({ length: 16 }, () => listen(events)))
    expect(await askRefused(events)).toBe('503 ERR_CONSOLE_FEEDS_FULL')
    const gone = new Promise((resolve) => streams[0]?.once('close', resolve))
    streams[0]?.destroy()
    await gone
    await expect.poll(() => open(events).then(keep)).toBe(200)
  })

  it('ends within a second when the console stops', async () => {
    const { server, events } = await start({ clock: new ManualClock() })
    const next = await listen(events)
    await next()
    await next()
    const began = performance.now()
    await server.stop()
    expect(performance.now() - began).toBeLessThan(1000)
    expect((await next()).event).toBe('end')
  })
})

function keep(stream: IncomingMessage): number | undefined {
  streams.push(stream)
  stream.resume()
  return stream.statusCode
}

describe('one stream', () => {
  it('keeps one snapshot for a reader that takes none, and closes it after sixty more', () => {
    const stalled = new Writable({ highWaterMark: 16, write: () => undefined })
    const stream = new EventStream(stalled, () => true)
    const snapshot = JSON.stringify('x'.repeat(1000))
    for (let tick = 0; tick < 60; tick++) stream.offer('snapshot', snapshot)
    expect(stalled.destroyed).toBe(false)
    expect(stalled.writableLength).toBeLessThan(2 * snapshot.length)
    for (let tick = 0; tick < 60; tick++) stream.offer('snapshot', snapshot)
    expect(stalled.destroyed).toBe(true)
  })

  it('goes on with the newest snapshot when the reader comes back', async () => {
    const taken: string[] = []
    let release = (): void => undefined
    const slow = new Writable({
      highWaterMark: 16,
      decodeStrings: false,
      write: (chunk: string, _, done) => {
        taken.push(chunk)
        release = done
      },
    })
    const stream = new EventStream(slow, () => true)
    for (const json of ['1', '2', '3']) stream.offer('snapshot', json)
    const drained = new Promise((resolve) => slow.once('drain', resolve))
    release()
    await expect.poll(() => taken.length).toBe(2)
    release()
    await drained
    stream.offer('snapshot', '4')
    await expect.poll(() => taken.length).toBe(3)
    expect(taken.slice(1)).toEqual(['event: snapshot\ndata: 1\n\n', 'event: snapshot\ndata: 4\n\n'])
  })
})

describe('the history of rates', () => {
  it('keeps the last five minutes', () => {
    const history = new RateHistory(300, 0, 0, 0)
    for (let second = 1; second <= 400; second++) {
      history.add(second * 1000, second, second * 10, second * 20)
    }
    const samples = history.samples()
    expect(samples).toHaveLength(300)
    expect(samples[0]).toEqual({ at: 101, inPerSecond: 10, outPerSecond: 20 })
    expect(history.newest()).toEqual(samples[299])
  })

  it('counts by the time that truly passed', () => {
    const history = new RateHistory(300, 0, 100, 0)
    history.add(2500, 7, 350, 0)
    history.add(2500, 8, 999, 0)
    expect(history.samples()).toEqual([{ at: 7, inPerSecond: 100, outPerSecond: 0 }])
  })
})
