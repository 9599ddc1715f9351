// What a bridge says by itself on the byte plane, in virtual time: who is there, and that it still
// is. The packets never tear a piece apart, and never hold one up for good.

import { ManualClock, memoryPipe } from '@motewire/sdk/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { Bridge, PacketTemplate } from '../../../hardware/index.ts'
import type { BridgeOptions } from '../../../hardware/index.ts'
import { announceOn } from '../../../hardware/bridge/announcing-channel.ts'
import type { Announcements } from '../../../hardware/bridge/announcing-channel.ts'
import { Recorder } from '../../contract/hardware/recorder.ts'
import { FarSide, Wire } from './wire.ts'

const text = (template: string): PacketTemplate => {
  return PacketTemplate.text(template, { port: 'pump-7' })
}

describe('a packet template', () => {
  it.each([
    ['ID=%port;', 'ID=pump-7;'],
    ['at %time %port%%', 'at 1700000000 pump-7%'],
    ['\r\n', '\r\n'],
    ['Größe', 'Größe'],
  ])('makes %j to %j', (template, made) => {
    expect(Buffer.from(text(template).render(1_700_000_000_999)).toString()).toBe(made)
  })

  it('is bytes in hex', () => {
    expect([...PacketTemplate.hex('7e 01:0A').render(0)]).toEqual([0x7e, 1, 10])
  })

  it.each([
    ['%name', 'packet has %name, expected one of %%, %time, %port'],
    ['100 % of', 'packet has %, expected one of'],
    ['', 'packet has 0 bytes, expected 1 to 255'],
    ['x'.repeat(256), 'packet has 256 bytes, expected 1 to 255'],
    ['%port'.repeat(43), 'packet has 258 bytes'],
  ])('refuses %j', (template, message) => {
    expect(() => text(template)).toThrow(message)
  })

  it.each(['', '7', '7e 0g', '0x7e'])('refuses %j as hex', (hex) => {
    expect(() => PacketTemplate.hex(hex)).toThrow('expected bytes in hex like 7e 01 0a')
  })
})

describe('a bridge that announces itself', () => {
  let clock: ManualClock
  let port: Wire
  let net: Wire

  beforeEach(() => {
    clock = new ManualClock()
    port = new Wire('serial /dev/ttyX', clock, true)
    net = new Wire('tcp server:1', clock, false)
  })

  async function up(options: Partial<BridgeOptions>): Promise<Bridge> {
    const bridge = new Bridge({ port, net, clock, seed: 1, ...options })
    await bridge.start()
    clock.settle()
    return bridge
  }

  const sends = (...pieces: readonly string[]): void => {
    for (const piece of pieces) {
      port.far!.send(piece)
      clock.settle()
    }
  }

  it.each([
    ['connect', '<pump-7>onetwo'],
    ['packet', '<pump-7>one<pump-7>two'],
    ['both', '<pump-7><pump-7>one<pump-7>two'],
  ] as const)('with a registration at each %s', async (when, seen) => {
    await up({ registration: { packet: text('<%port>'), when } })
    sends('one', 'two')
    expect(net.far!.text).toBe(seen)
    expect(port.far!.text).toBe('')
  })

  it('registers anew on each connection', async () => {
    await up({ registration: { packet: text('<%port>') } })
    net.far!.cut()
    clock.advance(5_000)
    sends('one')
    expect(net.far!.text).toBe('<pump-7>one')
  })

  it('sends a heartbeat when nothing else was sent for so long', async () => {
    await up({ heartbeat: { packet: text('~'), everyMs: 30_000 } })
    clock.advance(29_000)
    sends('a')
    clock.advance(29_999)
    expect(net.far!.text).toBe('a')
    clock.advance(1)
    expect(net.far!.text).toBe('a~')
    clock.advance(60_000)
    expect(net.far!.text).toBe('a~~~')
    expect(port.far!.text).toBe('')
  })

  it('sends the device one as well, which stops with the port', async () => {
    const deviceHeartbeat = { packet: PacketTemplate.hex('00'), everyMs: 1_000 }
    await up({ deviceHeartbeat })
    clock.advance(3_000)
    expect(port.far!.text).toBe('\0\0\0')
    expect(net.far!.text).toBe('')
    port.present = false
    port.far!.cut()
    clock.advance(60_000)
    expect(port.far!.text).toBe('\0\0\0')
  })

  it('gathers what the device sends until it pauses, a mark comes, or it is enough', async () => {
    const gather = { idleMs: 20, bytesMax: 8, mark: Buffer.from('\r\n') }
    await up({ registration: { packet: text('|'), when: 'packet' }, gather })
    sends('a', 'b')
    clock.advance(19)
    sends('c')
    clock.advance(20)
    expect(net.far!.text).toBe('|abc')
    sends('x\r', '\ny\r\nz')
    expect(net.far!.text).toBe('|abc|x\r\n|y\r\n')
    sends('0123456789')
    expect(net.far!.text).toBe('|abc|x\r\n|y\r\n|z0123456')
    clock.advance(20)
    expect(net.far!.text).toBe('|abc|x\r\n|y\r\n|z0123456|789')
  })

  it('loses nothing while the other side does not read', async () => {
    const bridge = await up({ gather: { idleMs: 20, bytesMax: 1_000 } })
    net.far!.pause()
    const piece = 'x'.repeat(1_000)
    for (let count = 0; count < 500; count++) sends(piece)
    net.far!.resume()
    clock.advance(1_000)
    expect(net.far!.text.length).toBe(500_000)
    expect(bridge.snapshot().uplink).toMatchObject({ bytes: 500_000, droppedBytes: 0 })
  })

  it.each([
    [{ heartbeat: { packet: text('~'), everyMs: 99 } }, 'everyMs is 99, expected 100 to 65535000'],
    [{ gather: { idleMs: 0 } }, 'idleMs is 0, expected 1 to 60000'],
    [{ gather: { bytesMax: 65_537 } }, 'bytesMax is 65537, expected 1 to 65536'],
    [{ gather: { mark: new Uint8Array(9) } }, 'length of mark is 9, expected 1 to 8'],
  ] as const)('refuses what cannot be: %#', (options, message) => {
    expect(() => new Bridge({ port, net, clock, ...options })).toThrow(message)
  })
})

describe('a channel that announces', () => {
  const packet = text('<%port>')

  /** A channel that blocks at the first byte, because its far end does not read. */
  function blocked(what: Announcements): {
    channel: ReturnType<typeof announceOn>
    recorder: Recorder
    far: FarSide
    clock: ManualClock
  } {
    const clock = new ManualClock()
    const [near, end] = memoryPipe(clock, { bytesMax: 1 })
    const channel = announceOn(near, what, clock)
    const recorder = new Recorder()
    const far = new FarSide(end)
    far.pause()
    channel.open(recorder)
    clock.settle()
    return { channel, recorder, far, clock }
  }

  it('keeps what is written behind its own packet, and asks for more afterwards', () => {
    const { channel, recorder, far, clock } = blocked({ registration: { packet } })
    expect(channel.write(Buffer.from('data'))).toBe(false)
    far.resume()
    clock.settle()
    expect(far.text).toBe('<pump-7>data')
    expect(recorder.drains).toBe(1)
  })

  it('sends it before it closes in good order, and not when it is cut', () => {
    const one = blocked({ registration: { packet } })
    one.channel.write(Buffer.from('data'))
    one.channel.close('flush')
    one.far.resume()
    one.clock.settle()
    expect(one.far.text).toBe('<pump-7>data')
    expect(one.recorder.isClosed).toBe(true)

    const other = blocked({ registration: { packet } })
    other.channel.write(Buffer.from('data'))
    other.channel.close('abort')
    other.clock.settle()
    expect(other.recorder.isClosed).toBe(true)
  })

  it('leaves out heartbeats while something is on its way', () => {
    const heartbeat = { packet: text('~'), everyMs: 100 }
    const { channel, far, clock } = blocked({ heartbeat })
    channel.write(Buffer.from('data'))
    clock.advance(1_000)
    far.resume()
    clock.settle()
    expect(far.text).toBe('data')
    clock.advance(100)
    expect(far.text).toBe('data~')
  })
})
