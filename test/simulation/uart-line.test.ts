// Real images on bad serial lines, in virtual time, through the bridge of real boards, to a broker:
// whatever the line does, no message that no device has sent comes out at the other end, and what
// was lost is counted.

import { Client, Task } from '@motewire/sdk'
import type { ByteChannel } from '@motewire/sdk'
import { Prng } from '@motewire/sdk/kit'
import { MqttBridge } from '@motewire/hardware'
import type { FirmwareName, MqttFraming } from '@motewire/hardware'
import { UartLine } from '@motewire/simulator/firmware'
import type { UartLineSpec } from '@motewire/simulator/scenario'
import { describe, expect, it } from 'vitest'
import { EmbeddedBroker } from '../../simulator/fleet/embedded-broker.ts'
import { VirtualClock } from '../../simulator/world/index.ts'
import { microcontroller } from '../support/firmware.ts'

/** All that the echo program ever says. */
const MESSAGE = /^(up\/d \d{5} abcdefghijklmnopqrstuvwxyz|boot\/d \d\d|will\/d gone)$/

interface Outcome {
  readonly seen: readonly string[]
  /** What came out of the line at the bridge. */
  readonly line: readonly number[]
  readonly counts: UartLine['counts']
  readonly bridge: ReturnType<MqttBridge['snapshot']>
}

/** One device that runs the echo program. */
function run(image: FirmwareName, spec: Partial<UartLineSpec>, durationMs: number): Outcome {
  const clock = new VirtualClock()
  const broker = new EmbeddedBroker({ clock, wallNow: () => clock.now(), faults: [] })
  const seen: string[] = []
  const dial = (clientId: string) => (): ByteChannel => broker.dial(clientId)
  const watcher = new Client('mqtt://x', { clock, openChannel: dial('watcher'), seed: 1 })
  watcher.on('message', (topic, payload) => {
    seen.push(`${topic} ${payload.toString('latin1')}`)
  })
  void watcher.subscribe('#')
  watcher.start()
  const line = new UartLine(spec, new Prng(`${image}/5`))
  const device = microcontroller(image, 'd', clock, { line })
  const bytes: number[] = []
  const bridge = new MqttBridge({
    port: {
      name: 'uart',
      connect: () => tapped(device.uart, bytes),
      isPresent: () => device.uart.isPlugged,
    },
    broker: { name: 'broker', connect: dial('d') },
    framing: image.split('-')[1] as MqttFraming,
    clock,
    seed: 1,
  })
  void bridge.start()
  clock.schedule(10, new Task(() => device.start()))
  clock.runUntil(durationMs)
  return { seen, line: bytes, counts: line.counts, bridge: bridge.snapshot() }
}

/** A channel whose incoming bytes are also kept in `bytes`. */
function tapped(channel: ByteChannel, bytes: number[]): ByteChannel {
  const open: ByteChannel['open'] = (handler) => {
    channel.open({
      ...handler,
      onBytes: (chunk) => {
        bytes.push(...chunk)
        handler.onBytes(chunk)
      },
    })
  }
  return Object.assign(Object.create(channel) as ByteChannel, {
    open,
    write: channel.write.bind(channel),
    pause: channel.pause.bind(channel),
    resume: channel.resume.bind(channel),
    close: channel.close.bind(channel),
  })
}

/** What stands between zeros on a COBS line, as the definition has it: good and bad frames. */
function countFrames(line: readonly number[]): { good: number; bad: number } {
  const frames = { good: 0, bad: 0 }
  let start = 0
  // What stands behind the last mark is not over yet.
  for (let mark = line.indexOf(0); mark !== -1; mark = line.indexOf(0, start)) {
    if (mark > start) frames[isGoodFrame(line.slice(start, mark)) ? 'good' : 'bad']++
    start = mark + 1
  }
  return frames
}

function isGoodFrame(coded: readonly number[]): boolean {
  const frame: number[] = []
  for (let at = 0; at < coded.length;) {
    const code = coded[at]!
    if (at + code > coded.length) return false
    frame.push(...coded.slice(at + 1, at + code))
    at += code
    if (code < 255 && at < coded.length) frame.push(0)
  }
  // CRC-16/X.25 over the frame and its own check sum leaves a constant.
  let crc = 0xffff
  for (const byte of frame) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >> 1) ^ 0x8408 : crc >> 1
  }
  return frame.length > 2 && crc === 0xf0b8
}

function strangers(seen: readonly string[]): string[] {
  return seen.filter((message) => !MESSAGE.test(message))
}

function count(seen: readonly string[], start: string): number {
  return seen.filter((message) => message.startsWith(start)).length
}

describe('a line with flipped and lost bytes', () => {
  it('costs frames, which are counted, and lets no damage through (COBS)', () => {
    const { seen, line, counts, bridge } = run(
      'echo-cobs',
      { flipShare: 0.002, dropShare: 0.001 },
      200_000,
    )
    expect(strangers(seen)).toEqual([])
    const { good, bad } = countFrames(line)
    expect(bridge.mqtt.fromDevice.damagedFrames).toBe(bad)
    // The device says five things a second, of some forty bytes: one in ten is hit.
    expect(bad).toBeGreaterThan(70)
    expect(counts.flipped + counts.dropped).toBeGreaterThan(bad)
    expect(bridge.mqtt.fromDevice.packets).toBeLessThanOrEqual(good)
    expect(count(seen, 'up/')).toBeGreaterThan(700)
  })
})

describe('a chip that is reset while it sends', () => {
  it('at the bytes that were named leaves no half message, and a will each (raw)', () => {
    // Into the middle of the messages: one has 41 bytes, and five come a second.
    const resetAtBytes = Array.from({ length: 40 }, (_, at) => 300 + at * 611)
    const { seen, counts, bridge } = run('echo-raw', { resetAtBytes }, 200_000)
    expect(counts.resets).toBe(40)
    expect(strangers(seen)).toEqual([])
    expect(count(seen, 'will/')).toBe(40)
    expect(count(seen, 'boot/')).toBe(41)
    expect(bridge.mqtt.sessions).toBe(41)
  })

  it('at random bytes leaves no half message, and a will for each session (raw)', () => {
    const { seen, counts, bridge } = run('echo-raw', { resetEveryBytes: 300 }, 250_000)
    expect(counts.resets).toBeGreaterThan(80)
    expect(strangers(seen)).toEqual([])
    // But for resets before the CONNECT was out, and the session that goes on.
    expect(count(seen, 'will/')).toBe(bridge.mqtt.sessions - 1)
    expect(bridge.mqtt.sessions).toBeGreaterThan(counts.resets * 0.75)
  })
})

describe('a cable that is pulled', () => {
  it('ends the session by its will, and the device is back when it is plugged in (raw)', () => {
    const unplugs = [{ startMs: 20_300, durationMs: 5_000, everyMs: 60_000, spreadMs: 0 }]
    const { seen, counts, bridge } = run('echo-raw', { unplugs }, 310_000)
    expect(counts.unplugged).toBe(5)
    expect(strangers(seen)).toEqual([])
    expect(count(seen, 'will/')).toBe(5)
    expect(bridge.port).toMatchObject({ state: 'up', losses: 5 })
    expect(bridge.mqtt.isInSession).toBe(true)
  })
})
