// Real firmware of a group: an image that the simulator runs, what its analog inputs see and what
// goes wrong on its serial line; or a program that emulates the board.

import * as z from 'zod'
import { ARGUMENTS_MAX, FAULTS_MAX, RESET_BYTES_MAX, SUBSCRIPTIONS_MAX } from './bounds.ts'
import { share } from './link-schema.ts'
import { fieldsSchema } from './payload-schema.ts'
import type { FieldSpec, FirmwareSpec, ImageSpec, MemorySpec, ProgramSpec } from './scenario.ts'
import type { DipSpec, SupplySpec, UartLineSpec, UnplugSpec } from './scenario.ts'
import { duration, inOrder, mapping, rule, template, whole } from './schema-leaf.ts'
import { objectionToFilter } from './topic.ts'
import { driftSchema } from './track-schema.ts'

const IMAGE = 'the path of an image such as ./pump.hex, .uf2 or .bin'
const path = z.string({ error: IMAGE }).regex(/\.(hex|uf2|bin)$/i, { error: IMAGE })

/** Below, a chip does not start. */
const POWER_VOLTS = 1.4
const INPUTS = 'a mapping of analog inputs, 0 to 7, to numbers or sensors of numbers, in volts'

function isInput({ name, sensor }: FieldSpec): boolean {
  if (!/^[0-7]$/.test(name) || sensor.sensor === 'step') return false
  return sensor.sensor !== 'constant' || typeof sensor.value === 'number'
}

const DRIFT = '30ppm'
const FRAMING = 'raw, slip, cobs, hdlc or length'
const RESET_AT = 'ascending numbers of bytes, such as [300, 2500]'

const times = {
  start: duration().describe('First time, after the device was switched on.'),
  duration: duration(1).describe('How long it lasts.'),
  every: duration(1).optional().describe('From one time to the next. Default: once.'),
  spread: duration().prefault('0s').describe('Shifts it for each device by up to this, both ways.'),
}
const APART = rule('every', 'more than the duration')

interface Times {
  readonly start: number
  readonly duration: number
  readonly every?: number | undefined
  readonly spread: number
}

function areApart({ duration: lastsMs, every }: Times): boolean {
  return every === undefined || !inOrder(every, lastsMs)
}

function timesOf({ start, duration: durationMs, every, spread }: Times): UnplugSpec {
  return { startMs: start, durationMs, everyMs: every, spreadMs: spread }
}

const unplug: z.ZodType<UnplugSpec> = mapping(times).refine(areApart, APART).transform(timesOf)

const VOLTS_MAX = 5.5
const VOLTS = `volts from 0 to ${VOLTS_MAX}`
const volts = z.number({ error: VOLTS }).min(0, { error: VOLTS }).max(VOLTS_MAX, { error: VOLTS })
const LEVELS = '1.8, 2.7, 4.3 or off'
const level = z.union([z.literal(1.8), z.literal(2.7), z.literal(4.3), z.literal('off')], {
  error: LEVELS,
})

const dip = mapping({ to: volts.describe('What is left of the supply, volts.'), ...times })
  .refine(areApart, APART)
  .transform(({ to, ...rest }): DipSpec => ({ volts: to, ...timesOf(rest) }))

const supply = mapping({
  volts: volts.default(5).describe('When the device is switched on.'),
  sag: volts.default(0).describe('Volts that it loses in an hour, as a battery does.'),
  brownOut: level.default(2.7).describe('Level of the brown-out detector, volts: the fuses.'),
  dips: z
    .array(dip, { error: 'a list of dips' })
    .max(FAULTS_MAX, { error: `at most ${FAULTS_MAX} dips` })
    .default([])
    .describe('Times in which it is lower.'),
})
  .refine(
    ({ volts: full, brownOut }) =>
      !inOrder(full, brownOut === 'off' ? POWER_VOLTS : brownOut + 0.025),
    rule('volts', 'more than the level of the brown-out detector'),
  )
  .transform(({ volts: full, sag, brownOut, dips }): SupplySpec => {
    const brownOutVolts = brownOut === 'off' ? undefined : brownOut
    return { volts: full, sagPerHour: sag, brownOutVolts, dips }
  })

const line: z.ZodType<UartLineSpec> = mapping({
  flip: share.default(0).describe('Part of the bytes with a flipped bit, in both directions.'),
  drop: share.default(0).describe('Part of the bytes that are lost, in both directions.'),
  resetAt: z
    .array(whole(1, RESET_BYTES_MAX), { error: RESET_AT })
    .max(FAULTS_MAX, { error: `at most ${FAULTS_MAX} resets` })
    .refine(isAscending, { error: RESET_AT })
    .default([])
    .describe('The chip is reset when it has sent so many bytes since it was switched on.'),
  resetEvery: whole(0, RESET_BYTES_MAX)
    .default(0)
    .describe('Mean number of bytes that the chip sends between resets at random; 0: never.'),
  unplugs: z
    .array(unplug, { error: 'a list of unplugs' })
    .max(FAULTS_MAX, { error: `at most ${FAULTS_MAX} unplugs` })
    .default([])
    .describe('Times in which the cable is out.'),
}).transform(({ flip, drop, resetAt, resetEvery, unplugs }) => ({
  flipShare: flip,
  dropShare: drop,
  resetAtBytes: resetAt,
  resetEveryBytes: resetEvery,
  unplugs,
}))

const framing = z
  .enum(['raw', 'slip', 'cobs', 'hdlc', 'length'], { error: FRAMING })
  .default('raw')
  .describe('How the image tells packets apart on its line.')

const EEPROM_BYTES = 1_024
const EEPROM = `a mapping of addresses, 0 to ${EEPROM_BYTES - 1}, to bytes, such as { 24: [0, 60] }`
const byte = whole(0, 255)

const eeprom = z
  .record(z.string(), z.union([byte.transform((one) => [one]), z.array(byte)]), { error: EEPROM })
  .transform((entries): MemorySpec[] => {
    return Object.entries(entries).map(([address, bytes]) => ({ address: Number(address), bytes }))
  })
  .refine((entries) => entries.every(isInEeprom), { error: EEPROM })
  .prefault({})
  .describe('Bytes in the EEPROM of a new board, beside the client id at its beginning.')

const filters = z
  .array(template('a topic filter', { objection: objectionToFilter }), {
    error: 'a list of topic filters',
  })
  .max(SUBSCRIPTIONS_MAX, { error: `at most ${SUBSCRIPTIONS_MAX} topic filters` })
  .optional()

const topics = {
  publishes: filters.describe('Filters of all topics that it publishes to. Default: any.'),
  subscribes: filters.describe('Filters that it subscribes to; [] for none. Default: any.'),
}

const image = mapping({
  file: path.describe('Intel HEX, UF2, or the flash byte by byte.'),
  framing,
  drift: driftSchema.prefault(DRIFT).describe('Each crystal is off by up to this.'),
  analog: fieldsSchema
    .refine((fields) => fields.every(isInput), { error: INPUTS })
    .prefault({})
    .describe('Analog inputs, 0 to 7, and the sensors that they see, in volts.'),
  eeprom,
  supply: supply.optional().describe('What the chip is fed with. Default: always enough.'),
  ...topics,
  line: line.optional().describe('What goes wrong on the serial line. Default: nothing.'),
}).transform(
  ({ file, drift, line: faults, supply: fed, publishes, subscribes, ...rest }): ImageSpec => {
    const told = { supply: fed, publishes, subscribes }
    return { kind: 'image', path: file, driftPpm: drift, line: faults, ...told, ...rest }
  },
)

const COMMAND = 'a list of a program and its arguments'
const UART = 'the path of a terminal such as /tmp/{id}, or HOST:PORT'

const program = mapping({
  command: z
    .array(template('an argument'), { error: COMMAND })
    .min(1, { error: COMMAND })
    .max(ARGUMENTS_MAX, { error: `at most ${ARGUMENTS_MAX} arguments` })
    .describe('A program that emulates the board, one process a device: templates.'),
  uart: template(UART, { objection: objectionToUart })
    .optional()
    .describe('Where its UART is: a template. Default: the terminal or port that it names.'),
  framing,
  ...topics,
}).transform(({ command, uart, framing: kind, publishes, subscribes }): ProgramSpec => {
  return { kind: 'program', command, uart, framing: kind, folder: '', publishes, subscribes }
})

const FIRMWARE =
  `${IMAGE}, or a mapping with file, framing, drift, analog, eeprom, supply and line, ` +
  'or one with command, uart and framing'

export const firmwareSchema: z.ZodType<FirmwareSpec> = z.union(
  [path.transform((file) => image.parse({ file })), image, program],
  { error: FIRMWARE },
)

function objectionToUart(text: string): string | undefined {
  return /^\/|^[^/]+:[^/:]+$/.test(text) ? undefined : UART
}

function isInEeprom({ address, bytes }: MemorySpec): boolean {
  return Number.isInteger(address) && address >= 0 && address + bytes.length <= EEPROM_BYTES
}

function isAscending(numbers: readonly number[]): boolean {
  return numbers.every((number, at) => at === 0 || number > numbers[at - 1]!)
}
