// What a scenario says about times of the run: faults of the broker, of links and of devices, and
// stages with more or less load or messages to the devices. The first key of an entry says what it
// is. Whether the groups that it names exist is cross-checks.ts.

import * as z from 'zod'
import type { BrokerFault } from '../world/link-settings.ts'
import * as bounds from './bounds.ts'
import { linkSchema, share } from './link-schema.ts'
import type { ScenarioFault, Stage } from './scenario.ts'
import { duration, flag, mapping, qos, template } from './schema-leaf.ts'
import { objectionToTopic } from './topic.ts'

const at = duration().describe('After the run began.')
const toEnd = duration(1).optional().describe('How long. Default: to the end of the run.')
const NAMES = 'a list of names of groups'

const groups = z
  .array(z.string({ error: 'the name of a group' }), { error: NAMES })
  .min(1, { error: NAMES })
  .optional()
  .describe('Groups that are concerned. Default: all.')

const concerned = {
  groups,
  share: share.default(1).describe('Part of their devices. Default: all.'),
}

const BROKER = 'restart or slow'

const restart = mapping({
  broker: z.literal('restart', { error: BROKER }).describe('The broker goes and comes back.'),
  at,
  down: duration().prefault('10s').describe('Connections are refused for so long.'),
  persistent: flag().default(true).describe('Whether sessions and retained messages live on.'),
}).transform(({ at: atMs, down, persistent }): BrokerFault => {
  return { kind: 'restart', atMs, downMs: down, isPersistent: persistent }
})

const slow = mapping({
  broker: z.literal('slow', { error: BROKER }).describe('The broker is late.'),
  at,
  duration: duration(1).describe('How long it is slow.'),
  delay: duration(1).describe('By how much everything that it sends is late.'),
}).transform(({ at: atMs, duration: durationMs, delay }): BrokerFault => {
  return { kind: 'slow', atMs, durationMs, delayMs: delay }
})

const DEVICES = 'reconnect, reboot or fail'

const devices = mapping({
  devices: z
    .enum(['reconnect', 'reboot', 'fail'], { error: DEVICES })
    .describe('Connections are cut; power is lost and comes back; power is lost for good.'),
  at,
  over: duration().prefault('0s').describe('Each device at a random moment of this time.'),
  down: duration().prefault('5s').describe('Of a reboot: how long the power is off.'),
  ...concerned,
}).transform(({ devices: does, at: atMs, over, down, ...rest }): ScenarioFault => {
  return { kind: 'devices', does, atMs, overMs: over, downMs: down, ...concernedOf(rest) }
})

const link = mapping({
  link: linkSchema.describe('The link for a while: a profile, or a mapping.'),
  at,
  duration: toEnd,
  ...concerned,
}).transform(({ link: other, at: atMs, duration: durationMs, ...rest }) => {
  return { kind: 'link' as const, link: other, atMs, durationMs, ...concernedOf(rest) }
})

const outage = mapping({
  outage: z
    .enum(['silent', 'cut'], { error: 'silent or cut' })
    .describe('silent: bytes wait and nobody is told; cut: connections break.'),
  at,
  duration: duration(1).describe('How long there is no way through.'),
  spread: duration().prefault('0s').describe('Shifts it for each device by up to this, both ways.'),
  ...concerned,
}).transform(({ outage: how, at: atMs, duration: durationMs, spread, ...rest }): ScenarioFault => {
  return { kind: 'outage', how, atMs, durationMs, spreadMs: spread, ...concernedOf(rest) }
})

export const faultsSchema: z.ZodType<ScenarioFault[]> = z
  .array(
    z.union([restart, slow, devices, link, outage], {
      error: 'a mapping with broker, devices, link or outage, and at',
    }),
    { error: 'a list of faults' },
  )
  .max(bounds.FAULTS_MAX, { error: `at most ${bounds.FAULTS_MAX} faults` })
  .prefault([])

const LOAD = `a number from 0 to ${bounds.LOAD_MAX}`

const load = mapping({
  load: z
    .number({ error: LOAD })
    .min(0, { error: LOAD })
    .max(bounds.LOAD_MAX, { error: LOAD })
    .describe('Times the usual number of messages; 0: silence.'),
  at,
  duration: toEnd,
  groups,
}).transform(({ load: factor, at: atMs, duration: durationMs, groups: names }) => {
  return { kind: 'load' as const, load: factor, atMs, durationMs, groups: names }
})

const send = mapping({
  send: template('a topic with {id}', { objection: objectionToMany }).describe(
    'Topic of a message to each device; a template with {id}.',
  ),
  payload: z
    .union([template('a payload'), z.record(z.string(), z.unknown())], {
      error: 'text, a template, or a mapping that is sent as JSON',
    })
    .default('')
    .describe('Text, which is a template, or a mapping, which is sent as JSON.'),
  qos: qos().default(1).describe('Quality of Service.'),
  retain: flag().default(false).describe('Whether the broker keeps it.'),
  at,
  over: duration().prefault('0s').describe('Each device at a random moment of this time.'),
  ...concerned,
}).transform(({ send: topic, payload, at: atMs, over, ...rest }) => {
  const { qos: level, retain, ...others } = rest
  const text = typeof payload === 'string' ? payload : escaped(JSON.stringify(payload))
  const own = { topic, payload: text, qos: level, retain, atMs, overMs: over }
  return { kind: 'send' as const, ...own, ...concernedOf(others) }
})

export const stagesSchema: z.ZodType<Stage[]> = z
  .array(z.union([load, send], { error: 'a mapping with load or send, and at' }), {
    error: 'a list of stages',
  })
  .max(bounds.STAGES_MAX, { error: `at most ${bounds.STAGES_MAX} stages` })
  .prefault([])

function concernedOf(value: { groups?: string[] | undefined; share: number }): {
  groups: string[] | undefined
  share: number
} {
  return { groups: value.groups, share: value.share }
}

/** Workers and shards each send to their own devices: one message to all would come many times. */
function objectionToMany(topic: string): string | undefined {
  return topic.includes('{id}') ? objectionToTopic(topic) : 'a topic with {id}'
}

/** Braces of JSON are no placeholders. */
function escaped(json: string): string {
  return json.replaceAll('{', '{{').replaceAll('}', '}}')
}
