// The bridge in virtual time: how each side comes and goes, what becomes of the bytes, and what a
// person is told.

import { LinkError } from '@motewire/sdk'
import { ManualClock } from '@motewire/sdk/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { Bridge, PortError } from '../../../hardware/index.ts'
import type { BridgeNotice, BridgeOptions } from '../../../hardware/index.ts'
import { Wire } from './wire.ts'

const PORT = 'serial /dev/ttyX'
const NET = 'tcp broker:1883'
const refusal = new LinkError('ERR_LINK_REFUSED', `${NET} refused the connection`)

describe('bridge', () => {
  let clock: ManualClock
  let port: Wire
  let net: Wire
  let notices: BridgeNotice[]
  let bridge: Bridge

  beforeEach(() => build())

  function build(options: Partial<BridgeOptions> = {}): void {
    clock = new ManualClock()
    port = new Wire(PORT, clock, true)
    net = new Wire(NET, clock, false)
    notices = []
    bridge = new Bridge({
      port,
      net,
      clock,
      seed: 1,
      handleNotice: (notice) => notices.push(notice),
      ...options,
    })
  }

  /** Starts and lets both sides connect. */
  async function up(): Promise<void> {
    await bridge.start()
    clock.settle()
  }

  /** Stops while virtual time goes on. */
  async function stopped(): Promise<void> {
    let isStopped = false
    void bridge.stop().then(() => (isStopped = true))
    for (let turn = 0; turn < 20 && !isStopped; turn++) {
      await Promise.resolve()
      clock.advance(1_000)
    }
    expect(isStopped).toBe(true)
  }

  const states = (): string => `${bridge.snapshot().port.state} ${bridge.snapshot().net.state}`
  const lines = (): string[] => notices.map(({ message }) => message)

  describe('when both sides are there', () => {
    it('passes bytes on in both directions and counts them', async () => {
      await up()
      port.far!.send('to the broker')
      net.far!.send('to the device')
      clock.settle()
      expect(net.far!.text).toBe('to the broker')
      expect(port.far!.text).toBe('to the device')
      expect(bridge.snapshot()).toMatchObject({
        port: { name: PORT, state: 'up', opens: 1, losses: 0, failures: 0 },
        net: { name: NET, state: 'up', opens: 1, losses: 0, failures: 0, peer: undefined },
        uplink: { bytes: 13, droppedBytes: 0, waitingBytes: 0, pauses: 0 },
        downlink: { bytes: 13, droppedBytes: 0, waitingBytes: 0, pauses: 0 },
      })
    })

    it('connects only once the port is open', async () => {
      port.next = new PortError('ERR_PORT_DENIED', `${PORT} may not be opened`)
      await up()
      clock.advance(60_000)
      expect(net.attempts).toBe(0)
      port.next = 'connect'
      clock.advance(10_000)
      expect(states()).toBe('up up')
    })

    it('keeps what the device says while the connection is being made', async () => {
      net.next = 'hang'
      await up()
      port.far!.send('hello')
      clock.settle()
      expect(bridge.snapshot().uplink).toMatchObject({ waitingBytes: 5, droppedBytes: 0 })
      net.next = 'connect'
      clock.advance(11_000)
      expect(bridge.snapshot()).toMatchObject({
        net: { state: 'up', failures: 1 },
        uplink: { bytes: 0, droppedBytes: 5, waitingBytes: 0 },
      })
    })

    it('holds the broker back while the device takes nothing, and loses nothing', async () => {
      await up()
      port.far!.pause()
      const sent = Array.from({ length: 300 }, (_, index) => `${index}`.padEnd(1_000, '.'))
      for (const text of sent) {
        net.far!.send(text)
        clock.settle()
      }
      const { waitingBytes, pauses } = bridge.snapshot().downlink
      expect(waitingBytes).toBeLessThanOrEqual(131_072)
      expect(pauses).toBe(1)
      port.far!.resume()
      clock.settle()
      expect(port.far!.text).toBe(sent.join(''))
      expect(bridge.snapshot().downlink).toMatchObject({
        bytes: 300_000,
        droppedBytes: 0,
        waitingBytes: 0,
      })
    })

    it('holds the device back while the broker takes nothing, within its buffer', async () => {
      build({ bufferBytesMax: 200_000 })
      await up()
      net.far!.pause()
      const sent = Array.from({ length: 500 }, (_, index) => `${index}`.padEnd(1_000, '.'))
      for (const text of sent) {
        port.far!.send(text)
        clock.settle()
      }
      const { waitingBytes, pauses } = bridge.snapshot().uplink
      expect(waitingBytes).toBeGreaterThan(60_000)
      expect(waitingBytes).toBeLessThanOrEqual(200_000)
      expect(pauses).toBe(1)
      net.far!.resume()
      clock.settle()
      expect(net.far!.text).toBe(sent.join(''))
      expect(bridge.snapshot().uplink.droppedBytes).toBe(0)
    })
  })

  describe('when the device goes', () => {
    it('cuts the connection at once and makes a new one when the device is back', async () => {
      await up()
      const first = net.far!
      port.present = false
      port.far!.cut(new PortError('ERR_PORT_LOST', `${PORT} hung up`))
      clock.settle()
      expect(first.isClosed).toBe(true)
      expect(states()).toBe('absent idle')
      clock.advance(60_000)
      expect(port.attempts).toBe(1)
      port.present = true
      clock.advance(200)
      expect(states()).toBe('up up')
      expect(net.far).not.toBe(first)
      expect(bridge.snapshot()).toMatchObject({
        port: { opens: 2, losses: 1, error: { code: 'ERR_PORT_LOST' } },
        net: { opens: 2, losses: 0 },
      })
      expect(lines()).toEqual([
        `${PORT} is connected`,
        `${NET} is connected`,
        `${PORT} hung up; waiting for it`,
        `${NET} was cut, because the port has gone`,
        `${PORT} is connected`,
        `${NET} is connected`,
      ])
    })

    it('cuts the connection too when the device is there again at once', async () => {
      await up()
      const first = net.far!
      port.far!.cut()
      clock.settle()
      expect(states()).toBe('waiting idle')
      clock.advance(100)
      expect(states()).toBe('up up')
      expect(first.isClosed).toBe(true)
    })

    it('drops what was on its way and never gives it to the next session', async () => {
      await up()
      port.far!.pause()
      for (let index = 0; index < 100; index++) net.far!.send('old'.repeat(1_000))
      clock.settle()
      port.far!.cut()
      clock.advance(1_000)
      net.far!.send('new')
      clock.settle()
      expect(port.far!.text).toBe('new')
      const { bytes, droppedBytes, waitingBytes } = bridge.snapshot().downlink
      expect(droppedBytes).toBeGreaterThan(0)
      expect(waitingBytes).toBe(0)
      expect(bytes + droppedBytes).toBeLessThanOrEqual(300_003)
    })

    it('waits for a device that was never there, and says so once', async () => {
      port.present = false
      port.next = new PortError('ERR_PORT_ABSENT', `${PORT} does not exist`)
      await up()
      clock.advance(60_000)
      expect(lines()).toEqual([`${PORT} does not exist; waiting for it`])
      expect(notices[0]).toMatchObject({ side: 'port', state: 'absent' })
      expect(notices[0]!.error).toMatchObject({ code: 'ERR_PORT_ABSENT' })
    })

    it('tries a locked port again and again, with growing delays, and says so once', async () => {
      port.next = new PortError('ERR_PORT_LOCKED', `${PORT} is locked`)
      await up()
      clock.advance(60_000)
      expect(port.attempts).toBeGreaterThan(12)
      expect(port.attempts).toBeLessThan(50)
      expect(lines()).toEqual([`${PORT} is locked; trying again`])
      port.next = 'connect'
      clock.advance(5_000)
      expect(states()).toBe('up up')
    })

    it('stops looking at the clock for a locked port when the device is pulled', async () => {
      port.next = new PortError('ERR_PORT_LOCKED', `${PORT} is locked`)
      await up()
      clock.advance(30_000)
      port.present = false
      clock.advance(6_000)
      expect(states()).toBe('absent idle')
      port.next = 'connect'
      port.present = true
      clock.advance(200)
      expect(states()).toBe('up up')
    })

    it('gives up on what can never work', async () => {
      port.next = new PortError('ERR_PORT_INVALID', `${PORT} is not a serial port`)
      await up()
      clock.advance(60_000)
      expect(port.attempts).toBe(1)
      expect(states()).toBe('failed idle')
      expect(lines()).toEqual([`${PORT} is not a serial port; giving up`])
    })
  })

  describe('when the broker goes', () => {
    it('leaves the port open, drops what comes and connects again', async () => {
      await up()
      net.next = refusal
      net.far!.cut(new LinkError('ERR_LINK_LOST', `${NET} reset the connection`))
      clock.advance(30_000)
      port.far!.send('stray')
      clock.settle()
      expect(states()).toBe('up waiting')
      expect(bridge.snapshot().uplink).toMatchObject({ bytes: 0, droppedBytes: 5 })
      net.next = 'connect'
      clock.advance(5_000)
      expect(states()).toBe('up up')
      port.far!.send('again')
      clock.settle()
      expect(net.far!.text).toBe('again')
      expect(port.attempts).toBe(1)
      expect(lines().slice(2)).toEqual([
        `${NET} reset the connection; trying again`,
        `${NET} refused the connection; trying again`,
        `${NET} is connected`,
      ])
    })

    it('says that the broker closed the connection when it did so in good order', async () => {
      await up()
      net.far!.close()
      clock.settle()
      expect(lines().at(-1)).toBe(`${NET} closed the connection; trying again`)
      expect(bridge.snapshot().net).toMatchObject({ losses: 1, error: undefined })
    })

    it('does not pass the rest of a lost connection on to the device', async () => {
      await up()
      port.far!.pause()
      for (let index = 0; index < 100; index++) net.far!.send('x'.repeat(1_000))
      clock.settle()
      const waiting = bridge.snapshot().downlink.waitingBytes
      net.far!.cut()
      clock.advance(5_000)
      net.far!.send('fresh')
      clock.settle()
      port.far!.resume()
      clock.settle()
      const { bytes } = bridge.snapshot().downlink
      expect(waiting).toBeGreaterThan(0)
      expect(port.far!.text).toMatch(/^x*fresh$/)
      expect(port.far!.text).toHaveLength(bytes)
      expect(bytes).toBeLessThan(100_000)
    })

    it('gives up an attempt that is never answered', async () => {
      net.next = 'hang'
      build({ openTimeoutMs: 3_000 })
      net.next = 'hang'
      await up()
      clock.advance(3_000)
      expect(bridge.snapshot().net).toMatchObject({
        state: 'waiting',
        failures: 1,
        error: { code: 'ERR_LINK_TIMEOUT', message: `${NET} did not answer within 3000 ms` },
      })
    })
  })

  describe('when it is stopped', () => {
    it('closes both sides and tries nothing any more', async () => {
      await up()
      const [device, broker] = [port.far!, net.far!]
      await stopped()
      expect(states()).toBe('stopped stopped')
      expect([device.isClosed, broker.isClosed]).toEqual([true, true])
      clock.advance(60_000)
      expect([port.attempts, net.attempts]).toEqual([1, 1])
      expect(lines().slice(2)).toEqual([`${NET} is closed`, `${PORT} is closed`])
    })

    it('sends what the device had said before', async () => {
      await up()
      port.far!.send('last words')
      clock.settle()
      await stopped()
      expect(net.far!.text).toBe('last words')
    })

    it.each(['absent', 'waiting', 'opening'] as const)('ends while %s', async (state) => {
      port.next = state === 'opening' ? 'hang' : new PortError('ERR_PORT_ABSENT', 'gone')
      port.present = state !== 'absent'
      await up()
      expect(bridge.snapshot().port.state).toBe(state)
      await stopped()
      expect(states()).toBe('stopped stopped')
    })

    it('may be stopped twice, and before it was started', async () => {
      expect(bridge.stop()).toBe(bridge.stop())
      await stopped()
      await bridge.start()
      expect(port.attempts).toBe(0)
    })

    it('may be stopped from inside of a notice', async () => {
      let ended: Promise<void> | undefined
      const stopOnce = (): void => {
        ended ??= bridge.stop()
      }
      build({ handleNotice: stopOnce })
      await up()
      await stopped()
      await ended
      expect(states()).toBe('stopped stopped')
    })
  })

  it.each([
    ['bufferBytesMax', 131_071],
    ['bufferBytesMax', Number.NaN],
    ['probeMs', 501],
    ['openTimeoutMs', 0],
    ['stopTimeoutMs', -1],
  ])('refuses %s of %s', (name, value) => {
    expect(() => build({ [name]: value })).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTION_INVALID',
        message: expect.stringMatching(`^${name} is ${value}, expected `),
      }),
    )
  })
})
