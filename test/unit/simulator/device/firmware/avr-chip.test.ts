// What programs see of an ATmega328P beyond its instructions: a memory that outlives resets, sleeps
// in which all clocks stand still, and a watchdog.

import { Microcontroller } from '@motewire/simulator/firmware'
import type { Flash, MicrocontrollerOptions } from '@motewire/simulator/firmware'
import { describe, expect, it } from 'vitest'
import { emulatedBoards } from '../../../../../simulator/device/firmware/emulated-board.ts'
import { VirtualClock } from '../../../../../simulator/world/index.ts'
import { microcontroller } from '../../../../support/firmware.ts'
import * as avr from '../../../../support/avr-program.ts'
import { ManualDevice } from '../manual-device.ts'

const COUNTER_AT = 0x40
const TRANSMITTER_ON = 8
/** Reads a byte of the EEPROM, adds one, writes it and sends it. */
const BOOT_COUNTER = [
  avr.put(avr.EEARL, COUNTER_AT),
  avr.put(avr.EECR, 1),
  avr.load(avr.EEDR),
  avr.INCREMENT,
  avr.store(avr.EEDR),
  avr.putTwice(avr.EECR, 4, 6),
  avr.put(avr.UCSR0B, TRANSMITTER_ON),
  avr.store(avr.UDR0),
]
/** Changes of the watchdog are listened to after this. */
const CHANGE = 0x18
const INTERRUPT_AFTER_8_S = 0x61
const RESET_AFTER_16_MS = 0x08
const POWER_DOWN = 5
const IDLE = 1

interface Board {
  readonly chip: Microcontroller
  readonly clock: VirtualClock
  /** Bytes that came, and when. */
  readonly sent: [number, number][]
}

function run(flash: Flash, options: Partial<MicrocontrollerOptions> = {}): Board {
  const clock = new VirtualClock()
  const chip = new Microcontroller({ flash, clock, name: 'board', startUpMs: 0, ...options })
  const sent: [number, number][] = []
  chip.uart.open({
    onOpen: () => chip.start(),
    onBytes: (bytes) =>
      sent.push(...[...bytes].map((byte): [number, number] => [byte, clock.now()])),
    onDrain: () => {},
    onClose: () => {},
  })
  return { chip, clock, sent }
}

describe('the EEPROM', () => {
  it('keeps what a program has written over resets of every cause', () => {
    const { chip, clock, sent } = run(avr.avrProgram(...BOOT_COUNTER, avr.FOREVER))
    for (const cause of ['pin', 'watchdog', 'brownOut', 'power'] as const) {
      clock.advance(10)
      chip.reset(cause)
    }
    clock.advance(10)
    // The watchdog goes on after its own reset, and this program does not stop it.
    expect(sent.map(([byte]) => byte)).toEqual([0, 1, 2, 3, 4])
  })

  it('keeps it when the device boots anew, and each device has its own', () => {
    const makeBoard = emulatedBoards({
      flash: avr.avrProgram(...BOOT_COUNTER, avr.FOREVER),
      eeprom: [{ address: COUNTER_AT, bytes: [40] }],
    })
    const boot = (device: ManualDevice): number => {
      const seen: number[] = []
      const { now, schedule, cancel } = bound(device)
      const clock = { now, schedule, cancel, defer: (work: () => void) => work() }
      const board = makeBoard(device, clock)
      board.start(() => {
        const channel = board.port.connect()
        channel.open({
          onOpen: () => {},
          onBytes: (bytes) => seen.push(...bytes),
          onDrain: () => {},
          onClose: () => {},
        })
      })
      device.run(device.now() - device.originMs + 100)
      board.stop()
      return seen[0]!
    }
    const [one, other] = [new ManualDevice(), new ManualDevice()]
    expect([boot(one), boot(one), boot(one), boot(other)]).toEqual([41, 42, 43, 41])
  })
})

function bound(device: ManualDevice): Pick<ManualDevice, 'now' | 'schedule' | 'cancel'> {
  return {
    now: () => device.now(),
    schedule: (deadlineMs, task) => device.schedule(deadlineMs, task),
    cancel: (task) => device.cancel(task),
  }
}

describe('the watchdog', () => {
  const WAKE_AND_SPEAK = (mode: number): Flash => {
    const loop = [avr.SLEEP, avr.put(avr.UDR0, 7)].flat()
    return avr.avrProgram(
      avr.put(avr.UCSR0B, TRANSMITTER_ON),
      avr.putTwice(avr.WDTCSR, CHANGE, INTERRUPT_AFTER_8_S),
      avr.put(avr.SMCR, mode),
      avr.SEI,
      loop,
      avr.jump(-loop.length),
    )
  }

  it.each([
    ['power-down', POWER_DOWN],
    ['idle', IDLE],
  ])('ends the sleep of a chip in %s after each of its periods, and nothing else', (_, mode) => {
    const { chip, clock, sent } = run(WAKE_AND_SPEAK(mode))
    clock.advance(30_000)
    // 2^20 clocks of 128 kHz.
    const wakes = sent.map(([, atMs]) => Math.round(atMs / 8_192))
    expect(new Set(wakes)).toEqual(new Set([1, 2, 3]))
    expect(Math.max(...sent.map(([, atMs]) => atMs % 8_192))).toBeLessThan(3)
    expect(chip.chip.isAsleep).toBe(true)
  })

  it('can only be changed within four cycles of the permission', () => {
    const late = [avr.put(avr.WDTCSR, CHANGE), ...Array(3).fill(avr.put(avr.EEDR, 0))]
    const flash = avr.avrProgram(...late, avr.put(avr.WDTCSR, 0), avr.FOREVER)
    const { chip, clock } = run(flash)
    clock.advance(15)
    expect(chip.chip.resets).toBe(0)
    clock.advance(5)
    expect(chip.chip.resets).toBe(1)
  })

  it('goes on after its own reset until the program has cleared its flag', () => {
    const start = avr.putTwice(avr.WDTCSR, CHANGE, RESET_AFTER_16_MS)
    const deaf = run(avr.avrProgram(start, avr.FOREVER))
    deaf.clock.advance(1_000)
    expect(deaf.chip.chip.resets).toBe(Math.floor(1_000 / 16))
    const stop = avr.putTwice(avr.WDTCSR, CHANGE, 0)
    // Stops it, and begins it anew only when it was not the cause: MCUSR is 1 then.
    const skipUnlessPower = [0xff10, avr.FOREVER].flat()
    const once = avr.avrProgram(
      avr.load(avr.MCUSR),
      avr.put(avr.MCUSR, 0),
      stop,
      skipUnlessPower,
      start,
      avr.FOREVER,
    )
    const mended = run(once)
    mended.clock.advance(1_000)
    expect(mended.chip.chip.resets).toBe(1)
  })
})

describe('a sensor whose EEPROM says a minute', () => {
  const PERIOD = Buffer.from([0, 60])
  const eeprom = Buffer.concat([Buffer.from('pump\0'.padEnd(24, '\0')), PERIOD])
  const ACCEPTED = Uint8Array.of(0x20, 2, 0, 0)
  const PONG = Uint8Array.of(0xd0, 0)

  it('is awake for a moment a minute, and keeps the connection by itself', () => {
    const clock = new VirtualClock()
    const chip = microcontroller('sensor-raw', 'pump', clock, { eeprom })
    let text = ''
    chip.uart.open({
      onOpen: () => chip.start(),
      onBytes: (piece) => {
        text += Buffer.from(piece).toString('latin1')
        const [head] = piece
        if (head === 0x10) chip.uart.write(ACCEPTED)
        if (head === 0xc0) chip.uart.write(PONG)
      },
      onDrain: () => {},
      onClose: () => {},
    })
    clock.advance(2_000)
    const before = clock.events
    clock.advance(3_600_000)
    // Its watchdog's second is 1.024 s: 58 readings an hour, and a ping in four minutes.
    expect(text.match(/pump\/adc\{"seq":/g)).toHaveLength(1 + 58)
    expect(text.match(/\u{c0}\0/gu)).toHaveLength(14)
    expect(text.match(/MQTT/g)).toHaveLength(1)
    expect(chip.chip.resets).toBe(0)
    // Eight sleeps, a message in slices, two ticks: its tick alone would be 600 a minute.
    expect((clock.events - before) / 58).toBeLessThan(60)
  })

  it('hears nothing while it sleeps', () => {
    const clock = new VirtualClock()
    const chip = microcontroller('sensor-raw', 'pump', clock, { eeprom })
    chip.uart.open({
      onOpen: () => chip.start(),
      onBytes: ([head]) => {
        if (head === 0x10) chip.uart.write(ACCEPTED)
      },
      onDrain: () => {},
      onClose: () => {},
    })
    clock.advance(10_000)
    chip.uart.write(PONG)
    clock.advance(1)
    expect(chip.uart.lostBytes).toBe(2)
  })
})
