// A port on loan, in virtual time: what becomes of both sides meanwhile, and afterwards.

import { ManualClock } from '@motewire/sdk/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { Bridge, PortError } from '../../../hardware/index.ts'
import { Wire } from './wire.ts'

const PORT = 'serial /dev/ttyX'

describe('a bridge lends its port', () => {
  let clock: ManualClock
  let port: Wire
  let notices: string[]
  let bridge: Bridge

  beforeEach(() => {
    clock = new ManualClock()
    port = new Wire(PORT, clock, true)
    notices = []
    bridge = new Bridge({
      port,
      net: new Wire('tcp broker:1883', clock, false),
      clock,
      seed: 1,
      handleNotice: ({ message }) => notices.push(message),
    })
  })

  async function up(): Promise<void> {
    await bridge.start()
    clock.settle()
  }

  const states = (): string => `${bridge.snapshot().port.state} ${bridge.snapshot().net.state}`

  async function lent(): Promise<void> {
    const isFree = bridge.lend()
    clock.settle()
    await isFree
  }

  it('and lets the network side go until it is taken back', async () => {
    await up()
    await lent()
    expect(port.far!.isClosed).toBe(true)
    clock.advance(60_000)
    expect(states()).toBe('lent idle')
    expect(notices.at(-2)).toBe(`${PORT} is lent to another program`)
    bridge.takeBack()
    clock.settle()
    expect(states()).toBe('up up')
    expect(port.attempts).toBe(2)
  })

  it('while the device is away, and does not look for it', async () => {
    port.present = false
    port.next = new PortError('ERR_PORT_ABSENT', `${PORT} does not exist`)
    await up()
    expect(states()).toBe('absent idle')
    await lent()
    port.present = true
    port.next = 'connect'
    clock.advance(60_000)
    expect(states()).toBe('lent idle')
    expect(port.attempts).toBe(1)
  })

  it('while it is being opened, and gives up the attempt', async () => {
    port.next = 'hang'
    await up()
    await lent()
    clock.advance(60_000)
    expect(states()).toBe('lent idle')
  })

  it('and can be stopped meanwhile', async () => {
    await up()
    await lent()
    const stop = bridge.stop()
    clock.advance(1_000)
    await stop
    bridge.takeBack()
    expect(states()).toBe('stopped stopped')
  })
})
