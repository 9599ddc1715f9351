// What a device lives on, and how it answers commands: parts of a group that hold for the device as
// a whole.

import * as z from 'zod'
import { share } from './link-schema.ts'
import { BITRATE_PATTERN, parseBitrate } from './quantity.ts'
import type { CommandSpec, EnergySpec } from './scenario.ts'
import { duration, mapping, qos, quantity, template } from './schema-leaf.ts'
import { objectionToFilter } from './topic.ts'

const CHARGE = /^(\d+(?:\.\d+)?)(mAh|Ah)$/
const CURRENT = /^(\d+(?:\.\d+)?)(uA|mA|A)$/
const MILLI: Readonly<Record<string, number>> = { uA: 0.001, mA: 1, A: 1_000, mAh: 1, Ah: 1_000 }

/** In thousandths of the unit: mAh, mA. */
function parseMilli(text: string): number | undefined {
  const [, amount, unit = ''] = CHARGE.exec(text) ?? CURRENT.exec(text) ?? []
  return amount === undefined ? undefined : Number(amount) * (MILLI[unit] ?? Number.NaN)
}

const charge = quantity(CHARGE, 'a charge such as 2400mAh', parseMilli, (mAh) => mAh > 0)
const current = quantity(CURRENT, 'a current such as 8uA or 120mA', parseMilli, () => true)
const RATE = 'a bit rate such as 60kbit/s'

export const energySchema: z.ZodType<EnergySpec> = mapping({
  battery: charge.describe('What the battery holds: 2400mAh.'),
  sleep: current.describe('What the device draws all the time: 8uA.'),
  radio: current.describe('What it draws on top while the radio is on: 120mA.'),
  perMessage: duration().prefault('0s').describe('Radio time of a message besides its bytes.'),
  bitrate: quantity(BITRATE_PATTERN, RATE, parseBitrate, (bits) => bits > 0)
    .prefault('100kbit/s')
    .describe('At which the bytes of a message go.'),
}).transform(({ battery, sleep, radio, perMessage, bitrate }) => ({
  batteryMah: battery,
  sleepMa: sleep,
  radioMa: radio,
  messageMs: perMessage,
  bitsPerS: bitrate,
}))

const SUFFIX = 'the end of a topic such as /done'

export const commandsSchema: z.ZodType<CommandSpec> = mapping({
  filter: template('a topic filter', { objection: objectionToFilter }).describe(
    'Where commands come in; a template, wildcards allowed.',
  ),
  qos: qos().default(1).describe('Quality of Service, both ways.'),
  reply: z
    .string({ error: SUFFIX })
    .regex(/^\/[^+#\0]+$/, { error: SUFFIX })
    .prefault('/done')
    .describe('The answer goes to the topic of the command with this at its end.'),
  after: duration().prefault('0s').describe('How long the device takes.'),
  fail: share.prefault(0).describe('Part of the commands that it answers with ok: false.'),
}).transform(({ after, fail, ...rest }) => ({ ...rest, afterMs: after, failShare: fail }))
