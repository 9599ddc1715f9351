// A broker in virtual time plans work only for when something is due.

import { describe, expect, it } from 'vitest'
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
})
