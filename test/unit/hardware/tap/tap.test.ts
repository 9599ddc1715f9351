// Taps on a port: what they show of both directions, and that the port knows nothing of them.

import { ManualClock } from '@motewire/sdk/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { Bridge, HexTap, PortMonitor, tapSource, TextTap } from '../../../../hardware/index.ts'
import type { Tap } from '../../../../hardware/index.ts'
import { Wire } from '../wire.ts'

let clock: ManualClock
let port: Wire
let lines: string[]

beforeEach(() => {
  clock = new ManualClock()
  port = new Wire('serial /dev/ttyX', clock, true)
  lines = []
})

const writeLine = (time: string, text: string): void => void lines.push(`${time} ${text}`)

function monitor(tap: Tap): PortMonitor {
  const one = new PortMonitor({ port, taps: [tap], clock, seed: 1 })
  one.start()
  clock.settle()
  return one
}

describe('a hex dump', () => {
  it('has a line for each direction and for each sixteen bytes, with its time', () => {
    const one = monitor(new HexTap(writeLine, clock))
    clock.advance(1_000)
    port.far!.send('0123456789abcdefXY\n')
    clock.settle()
    one.write(Buffer.from([0, 0x7f, 0x41]))
    clock.advance(100)
    expect(lines).toEqual([
      '00:00:01.000 rx 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 |0123456789abcdef|',
      '00:00:01.000 rx 58 59 0a                                        |XY.|',
      '00:00:01.000 tx 00 7f 41                                        |..A|',
    ])
  })

  it('gathers what comes in pieces, and waits for no more than a moment', () => {
    monitor(new HexTap(writeLine, clock))
    port.far!.send('a')
    clock.advance(40)
    port.far!.send('b')
    clock.advance(49)
    expect(lines).toEqual([])
    clock.advance(1)
    expect(lines.map((line) => line.slice(0, 21))).toEqual(['00:00:00.000 rx 61 62'])
  })

  it('ends its line with the connection', () => {
    monitor(new HexTap(writeLine, clock))
    port.far!.send('a')
    clock.settle()
    port.far!.cut()
    clock.settle()
    expect(lines).toHaveLength(1)
  })
})

describe('text', () => {
  it('is what the device says, byte for byte', () => {
    const shown: Buffer[] = []
    const one = monitor(new TextTap((bytes) => shown.push(Buffer.from(bytes))))
    port.far!.send('\u001b[32mok\r\n')
    one.write(Buffer.from('typed'))
    clock.settle()
    expect(Buffer.concat(shown).toString()).toBe('\u001b[32mok\r\n')
    expect(port.far!.text).toBe('typed')
  })

  it('has the time in front of each line when asked', () => {
    let shown = ''
    monitor(new TextTap((bytes) => (shown += Buffer.from(bytes).toString()), clock))
    port.far!.send('one\ntw')
    clock.advance(5)
    port.far!.send('o\n\nhalf')
    clock.settle()
    port.far!.cut()
    clock.settle()
    expect(shown).toBe('00:00:00.000 one\n00:00:00.000 two\n00:00:00.005 \n00:00:00.005 half\n')
  })
})

describe('a tapped port', () => {
  it('is the port, for a bridge: presence, back-pressure, loss and return', async () => {
    const net = new Wire('tcp broker:1883', clock, false)
    const tap = new HexTap(writeLine, clock)
    const bridge = new Bridge({ port: tapSource(port, [tap]), net, clock, seed: 1 })
    await bridge.start()
    clock.settle()
    net.far!.pause()
    port.far!.send('up')
    net.far!.send('down')
    clock.settle()
    expect(port.far!.text).toBe('down')
    net.far!.resume()
    clock.settle()
    expect(net.far!.text).toBe('up')
    port.present = false
    port.far!.cut()
    clock.settle()
    expect(bridge.snapshot().port).toMatchObject({ state: 'absent', name: port.name, losses: 1 })
    port.present = true
    clock.advance(500)
    expect(bridge.snapshot().port.state).toBe('up')
    port.far!.send('again')
    clock.advance(50)
    expect(lines.map((line) => line.slice(-8))).toEqual(
      ['   |up|', ' |down|', '|again|'].map((text) => text.padStart(8)),
    )
  })
})
