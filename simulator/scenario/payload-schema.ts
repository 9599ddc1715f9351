// What a message says and in which bytes: JSON, CBOR, or a layout of numbers. Sensors are
// sensor-schema.ts; which field may follow which is checked here, because it takes the whole list.

import * as z from 'zod'
import * as bounds from './bounds.ts'
import { DEFAULTS } from './defaults.ts'
import type { BinarySlotSpec, BinaryType, FieldSpec, PayloadSpec, StampKey } from './scenario.ts'
import { flag, mapping, rule } from './schema-leaf.ts'
import { sensorSchema } from './sensor-schema.ts'

const STAMP_KEYS = ['id', 'stream', 'seq', 'ts'] as const
const TYPES = ['u8', 'u16', 'u32', 'u64', 'i8', 'i16', 'i32', 'f32', 'f64'] as const

const FIELD_NAME = `a name of 1 to ${bounds.NAME_LENGTH_MAX} characters`

/** Names and where their values come from. */
export const fieldsSchema: z.ZodType<FieldSpec[]> = z
  .record(
    z.string().min(1, { error: FIELD_NAME }).max(bounds.NAME_LENGTH_MAX, { error: FIELD_NAME }),
    sensorSchema,
    { error: 'a mapping of names to values or sensors' },
  )
  .refine((entries) => Object.keys(entries).length <= bounds.FIELDS_MAX, {
    error: `at most ${bounds.FIELDS_MAX} fields`,
  })
  .check((context) => {
    const names = Object.keys(context.value)
    for (const [position, [name, spec]] of Object.entries(context.value).entries()) {
      if (spec.sensor !== 'follow') continue
      const led = names.indexOf(spec.of)
      const leader = context.value[spec.of]?.sensor
      const isNumber = leader !== undefined && leader !== 'constant' && leader !== 'step'
      if (led !== -1 && led < position && isNumber) continue
      const message = 'a varying number that stands before it'
      const params = { found: JSON.stringify(spec.of) }
      context.issues.push({ code: 'custom', message, params, input: spec.of, path: [name, 'of'] })
    }
  })
  .transform((entries) => Object.entries(entries).map(([name, sensor]) => ({ name, sensor })))

const stamp: z.ZodType<StampKey[]> = z
  .union([flag(), z.array(z.enum(STAMP_KEYS, { error: 'one of id stream seq ts' }))], {
    error: 'true, false, or a list out of id stream seq ts',
  })
  .prefault([...DEFAULTS.stamp])
  .transform((value) => {
    if (typeof value === 'boolean') return value ? [...STAMP_KEYS] : []
    return STAMP_KEYS.filter((key) => value.includes(key))
  })

const SLOT =
  /^(?:hex ((?:[0-9A-Fa-f]{2} ?)+)|(crc16)|([uif]\d+) (\S+?)(?: ?([*/]) ?(\d+(?:\.\d+)?))?)$/
const SLOT_EXPECTED = 'a slot such as "u32 seq", "i16 temperature * 100", "hex AA 55" or "crc16"'

const slot: z.ZodType<BinarySlotSpec, string> = z
  .string({ error: SLOT_EXPECTED })
  .regex(SLOT, { error: SLOT_EXPECTED })
  .transform((text, context): BinarySlotSpec => {
    const [, hex, crc, type, from, operator, amount = '1'] = SLOT.exec(text) ?? []
    if (hex !== undefined) {
      return { kind: 'bytes', bytes: Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex')) }
    }
    if (crc !== undefined) return { kind: 'crc16' }
    const known = TYPES.find((one): one is BinaryType => one === type)
    if (known !== undefined && from !== undefined && Number(amount) > 0) {
      const scale = operator === '/' ? 1 / Number(amount) : Number(amount)
      return { kind: 'number', type: known, from, scale }
    }
    const message = `one of ${TYPES.join(' ')} in front of the name`
    context.issues.push({ code: 'custom', message, input: text })
    return z.NEVER
  })

const layout = z
  .array(slot, { error: 'a list of slots' })
  .min(1, { error: 'at least one slot' })
  .max(bounds.SLOTS_MAX, { error: `at most ${bounds.SLOTS_MAX} slots` })

/** Where the value of a slot may come from: stamp and fields that are numbers. */
function sourcesOf(value: { readonly fields: unknown }): string[] {
  const list = Array.isArray(value.fields) ? (value.fields as FieldSpec[]) : []
  return ['stream', 'seq', 'ts', ...list.map(({ name }) => name)]
}

export const payloadSchema: z.ZodType<PayloadSpec> = mapping({
  format: z
    .enum(['json', 'cbor', 'binary'], { error: 'json, cbor or binary' })
    .default('json')
    .describe('Bytes of the message: JSON, CBOR, or as `layout` says.'),
  stamp: stamp.describe(
    'What each message tells about itself: id (client id), stream, seq (counts from 0), ts ' +
      '(when it was due, milliseconds since 1970); true: all four, false: nothing.',
  ),
  fields: fieldsSchema.prefault({}).describe('Names and where their values come from.'),
  layout: layout.optional().describe('For binary: "u32 seq", "i16 t * 100", "hex AA", "crc16".'),
  endian: z
    .enum(['big', 'little'], { error: 'big or little' })
    .default('big')
    .describe('Order of the bytes of a number, for binary.'),
})
  .refine(
    ({ stamp: keys, fields: list }) => {
      if (!Array.isArray(keys) || !Array.isArray(list)) return true
      return list.every(({ name }) => !(keys as readonly string[]).includes(name))
    },
    rule('fields', 'names other than those of the stamp (id stream seq ts as far as it is used)'),
  )
  .refine(
    ({ format, layout: slots }) => (format === 'binary') === (slots !== undefined),
    rule('layout', 'a layout with format: binary, and only there'),
  )
  .check((context) => {
    const { layout: slots } = context.value
    const sources = sourcesOf(context.value)
    for (const [position, one] of (Array.isArray(slots) ? slots : []).entries()) {
      if (one.kind !== 'number' || sources.includes(one.from)) continue
      const message = `one of ${sources.join(' ')}`
      const path = ['layout', position]
      const params = { found: JSON.stringify(one.from) }
      context.issues.push({ code: 'custom', message, params, path, input: one.from })
    }
  })
  .transform(({ format, stamp: keys, fields: list, layout: slots, endian }): PayloadSpec => {
    const common = { stamp: keys, fields: list }
    if (format !== 'binary') return { format, ...common }
    return { format, ...common, isLittleEndian: endian === 'little', layout: slots ?? [] }
  })
