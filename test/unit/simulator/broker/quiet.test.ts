// A broker in virtual time plans work only for when something is due.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodePacket, PacketDecoder, writePublish } from '@motewire/sdk/codec'
import type { ControlPacket } from '@motewire/sdk/codec'
import { Task } from '@motewire/sdk/kit'
import { Broker } from '@motewire/simulator/broker'
import { DirectChannel, VirtualClock } from '../../../../simulator/world/index.ts'

const HOUR_MS = 3_600_000

function start(clock: VirtualClock): Broker {
  return new Broker({
    clock,
    wallNow: () => clock.now(),
    systemIntervalMs: 0,
    connectTimeoutMs: 10_000,
  })
}

/** Connects `sub` with a session that outlives its connection by `expiryS`. */
function connect(clock: VirtualClock, broker: Broker, expiryS: number) {
  const answers: boolean[] = []
  const ignore = (): void => undefined
  const decoder = new PacketDecoder('client', {
    handlePublish: ignore,
    handleAck: ignore,
    handlePing: ignore,
    handlePacket: (packet) => {
      if (packet.type === 'connack') answers.push(packet.sessionPresent)
    },
  })
  const channel = new DirectChannel(clock, 'sub', (far) => {
    broker.accept(far, 'sub')
    return true
  })
  decoder.protocolVersion = 5
  channel.open({
    onOpen: ignore,
    onBytes: (bytes) => void decoder.feed(bytes),
    onDrain: ignore,
    onClose: ignore,
  })
  const properties = { sessionExpiryInterval: expiryS }
  const settings = { clientId: 'sub', clean: false, keepalive: 0, properties }
  channel.write(encodePacket({ type: 'connect', protocolVersion: 5, ...settings }, 5))
  const sendBytes = (bytes: Uint8Array): void => void channel.write(bytes)
  const send = (packet: ControlPacket): void => sendBytes(encodePacket(packet, 5))
  return { answers, send, sendBytes, close: () => channel.close() }
}

describe('a broker', () => {
  it('sleeps while nothing is due', () => {
    const clock = new VirtualClock()
    start(clock)
    clock.advance(HOUR_MS)
    expect(clock.events).toBe(0)
  })

  it('sleeps with a store too, and writes what nobody waits for within a second', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'motewire-quiet-'))
    const clock = new VirtualClock()
    const options = { clock, folder, wallNow: () => clock.now(), systemIntervalMs: 0 }
    const broker = new Broker(options)
    clock.advance(HOUR_MS)
    expect(clock.events).toBe(0)
    const before = broker.storeBytes
    broker.publish('kept', Buffer.from('x'), { qos: 0, retain: true })
    clock.advance(1_000)
    expect(broker.storeBytes).toBeGreaterThan(before!)
    expect(clock.events).toBe(1)
    clock.advance(HOUR_MS)
    expect(clock.events).toBe(1)
    await broker.stop()
    rmSync(folder, { recursive: true })
  })

  it('sleeps while subscribers wait for messages and topics hold theirs', () => {
    const clock = new VirtualClock()
    const broker = start(clock)
    const { send } = connect(clock, broker, 10)
    clock.advance(1_000)
    send({ type: 'subscribe', packetId: 1, subscriptions: [{ filter: '#', qos: 1 }] })
    broker.publish('kept', Buffer.from('x'), { qos: 0, retain: true })
    clock.advance(HOUR_MS)
    expect(broker.stats()).toMatchObject({ subscriptions: 1, retained: 1 })
    const before = clock.events
    clock.advance(HOUR_MS)
    expect(clock.events).toBe(before)
  })

  it('forgets a retained message within a minute after it expired, and sleeps again', () => {
    const clock = new VirtualClock()
    const broker = start(clock)
    const { sendBytes } = connect(clock, broker, 10)
    const rest = { qos: 0, retain: true, dup: false, packetId: 0 } as const
    const properties = { messageExpiryInterval: 90 }
    const bytes = Buffer.alloc(100)
    const end = writePublish(bytes, 0, { topic: 'short', payload: 'x', ...rest, properties }, 5)
    sendBytes(bytes.subarray(0, end))
    clock.advance(89_000)
    expect(broker.stats().retained).toBe(1)
    clock.advance(61_000)
    expect(broker.stats().retained).toBe(0)
    const before = clock.events
    clock.advance(HOUR_MS)
    expect(clock.events).toBe(before)
  })

  it('gives up a silent peer at the next whole second after its patience, and sleeps again', () => {
    const clock = new VirtualClock()
    const broker = start(clock)
    clock.advance(HOUR_MS + 500)
    let closedAtMs = 0
    const channel = new DirectChannel(clock, 'silent', (far) => {
      broker.accept(far, 'silent')
      return true
    })
    const ignore = (): void => undefined
    channel.open({
      onOpen: ignore,
      onBytes: ignore,
      onDrain: ignore,
      onClose: () => (closedAtMs = clock.now()),
    })
    clock.advance(HOUR_MS)
    expect(closedAtMs).toBe(HOUR_MS + 11_000)
    expect(clock.events).toBe(1)
  })

  it('cuts a connection that it has ended and whose peer does not end it too', () => {
    const clock = new VirtualClock()
    const broker = start(clock)
    const closings: [string | undefined, number][] = []
    const ignore = (): void => undefined
    broker.accept(
      {
        name: 'deaf',
        open: (handler) => handler.onOpen(),
        write: () => true,
        close: (how) => closings.push([how, clock.now()]),
        pause: ignore,
        resume: ignore,
      },
      'deaf',
    )
    clock.advance(HOUR_MS)
    expect(closings.slice(0, 2)).toEqual([
      ['flush', 11_000],
      ['abort', 21_000],
    ])
  })

  it.each([
    ['before', 0],
    ['after', 5_000],
  ])(
    'ends a session before a CONNECT of the same instant that was on its way %s it was due',
    (_, sentMs) => {
      const clock = new VirtualClock()
      const broker = start(clock)
      const first = connect(clock, broker, 10)
      let second: ReturnType<typeof connect> | undefined
      const comes = new Task(() => (second = connect(clock, broker, 10)))
      const send = (): void => clock.schedule(11_000, comes)
      if (sentMs === 0) send()
      clock.advance(1_000)
      first.close()
      clock.advance(4_000)
      if (sentMs > 0) send()
      clock.advance(20_000)
      expect(first.answers).toEqual([false])
      expect(second?.answers).toEqual([false])
    },
  )
})
