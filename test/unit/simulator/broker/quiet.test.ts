// A broker in virtual time plans work only for when something is due.

import { describe, expect, it } from 'vitest'
import { encodePacket, PacketDecoder } from '@motewire/sdk/codec'
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
  return { answers, close: () => channel.close() }
}

describe('a broker', () => {
  it('sleeps while nothing is due', () => {
    const clock = new VirtualClock()
    start(clock)
    clock.advance(HOUR_MS)
    expect(clock.events).toBe(0)
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
