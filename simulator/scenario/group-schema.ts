// What one group of devices may say: how it connects, what it publishes and subscribes to. Output
// is the group of scenario.ts but for its number of devices, which needs the whole file.

import * as z from 'zod'
import * as bounds from './bounds.ts'
import { DEFAULTS } from './defaults.ts'
import type {
  ConnectSpec,
  DeviceGroup,
  FieldSpec,
  PayloadSpec,
  StampKey,
  StreamSpec,
  SubscriptionSpec,
} from './scenario.ts'
import { duration, flag, inOrder, mapping, qos, rule, template, whole } from './schema-leaf.ts'
import { sensorSchema } from './sensor-schema.ts'
import { CLIENT_ID_PLACEHOLDERS } from './template.ts'
import { objectionToFilter, objectionToTopic } from './topic.ts'

const STAMP_KEYS = ['id', 'stream', 'seq', 'ts'] as const

const SECONDS_MAX = 65_535

const NAME = `1 to ${bounds.NAME_LENGTH_MAX} letters, digits, - _ or .`

/** Names go into topics and client ids as they are. */
const groupName: z.ZodString = z
  .string({ error: NAME })
  .regex(new RegExp(`^[A-Za-z0-9_.-]{1,${bounds.NAME_LENGTH_MAX}}$`), { error: NAME })

const wholeSeconds = (high: number): z.ZodType<number> =>
  duration(0, high * 1_000).transform((durationMs) => Math.round(durationMs / 1_000))

const connect: z.ZodType<ConnectSpec> = mapping({
  keepalive: wholeSeconds(SECONDS_MAX)
    .prefault(DEFAULTS.connect.keepalive)
    .describe('Longest silence before a ping, in whole seconds; 0s: no pings.'),
  clean: flag()
    .default(DEFAULTS.connect.clean)
    .describe('Whether the broker forgets the device when the connection ends.'),
  protocolVersion: z
    .union([z.literal(3), z.literal(4), z.literal(5)], {
      error: '3 (MQTT 3.1), 4 (MQTT 3.1.1) or 5 (MQTT 5.0)',
    })
    .default(DEFAULTS.connect.protocolVersion)
    .describe('3 is MQTT 3.1, 4 is MQTT 3.1.1, 5 is MQTT 5.0.'),
  sessionExpiry: wholeSeconds(0xffffffff - 1)
    .optional()
    .describe('How long the broker remembers the device (MQTT 5.0).'),
})
  .refine(
    ({ sessionExpiry, protocolVersion }) => sessionExpiry === undefined || protocolVersion === 5,
    rule('sessionExpiry', 'protocolVersion: 5 beside it'),
  )
  .transform((value) => ({ ...value, sessionExpiry: value.sessionExpiry }))

const FIELD_NAME = `a name of 1 to ${bounds.NAME_LENGTH_MAX} characters`

const fields: z.ZodType<FieldSpec[]> = z
  .record(
    z.string().min(1, { error: FIELD_NAME }).max(bounds.NAME_LENGTH_MAX, { error: FIELD_NAME }),
    sensorSchema,
    { error: 'a mapping of names to values or sensors' },
  )
  .refine((entries) => Object.keys(entries).length <= bounds.FIELDS_MAX, {
    error: `at most ${bounds.FIELDS_MAX} fields`,
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

const payload: z.ZodType<PayloadSpec> = mapping({
  format: z.literal('json', { error: 'json' }).default('json'),
  stamp: stamp.describe(
    'What each message tells about itself: id (client id), stream, seq (counts from 0), ts ' +
      '(when it was due, milliseconds since 1970); true: all four, false: nothing.',
  ),
  fields: fields.prefault({}).describe('Names and where their values come from.'),
}).refine(
  ({ stamp: keys, fields: list }) => {
    if (!Array.isArray(keys) || !Array.isArray(list)) return true
    return list.every(({ name }) => !(keys as readonly string[]).includes(name))
  },
  rule('fields', 'names other than those of the stamp (id stream seq ts as far as it is used)'),
)

const stream = mapping({
  topic: template('a topic', { objection: objectionToTopic }).describe(
    'Where to publish. {index} {group} {id} {seed} are filled in.',
  ),
  every: duration(bounds.PERIOD_MS_MIN).describe('Time from one message to the next.'),
  jitter: duration()
    .prefault(DEFAULTS.stream.jitter)
    .describe('Each message is late by a random part of this.'),
  phase: z
    .union([z.literal('random'), duration()], { error: 'a duration such as 5s, or random' })
    .prefault(DEFAULTS.stream.phase)
    .describe('Time to the first message; random: a random part of `every`.'),
  qos: qos().default(DEFAULTS.stream.qos).describe('Quality of Service.'),
  retain: flag().default(DEFAULTS.stream.retain).describe('Whether the broker keeps the last one.'),
  payload: payload.prefault({}).describe('What a message says.'),
})
  .refine(
    ({ jitter, every }) => inOrder(jitter, every),
    rule('jitter', 'a duration not above every'),
  )
  .transform(({ every, jitter, ...rest }) => ({ ...rest, everyMs: every, jitterMs: jitter }))
  .meta({ id: 'stream' })

const subscription: z.ZodType<SubscriptionSpec> = mapping({
  filter: template('a topic filter', { objection: objectionToFilter }).describe(
    'What to subscribe to. Placeholders are filled in; + and # are wildcards.',
  ),
  qos: qos().default(DEFAULTS.subscription.qos).describe('Quality of Service asked for.'),
}).meta({ id: 'subscription' })

const share = whole(0, bounds.SHARE_MAX)

const clientId = template('a client id', {
  allowed: CLIENT_ID_PLACEHOLDERS,
  objection: (text) => (/[+#\0]/.test(text) ? 'a client id without + # and null' : undefined),
})

const shape = {
  count: share.optional().describe('Number of devices; a part of the total where one is given.'),
  weight: share.optional().describe('Part of the total, in proportion to the other groups.'),
  clientId: clientId
    .prefault(DEFAULTS.clientId)
    .describe('Template of the client id; {index} counts from 0.'),
  connect: connect.prefault({}).describe('How to connect.'),
  publish: z
    .array(stream, { error: 'a list of streams' })
    .max(bounds.STREAMS_MAX, { error: `at most ${bounds.STREAMS_MAX} streams` })
    .prefault([])
    .describe('What each device publishes.'),
  subscribe: z
    .array(subscription, { error: 'a list of subscriptions' })
    .max(bounds.SUBSCRIPTIONS_MAX, { error: `at most ${bounds.SUBSCRIPTIONS_MAX} subscriptions` })
    .prefault([])
    .describe('What each device subscribes to.'),
}

const unnamed = mapping(shape, 'a mapping that describes a group')
const named = mapping({ name: groupName, ...shape }, 'a mapping that describes a group')

/** A group before it is known how many devices it gets. */
export type GroupDraft = Omit<DeviceGroup, 'devices'>

/** A list of groups, or a mapping of names to groups. */
export const groupsSchema: z.ZodType<GroupDraft[]> = z
  .union(
    [
      z.array(named),
      z
        .record(groupName, unnamed)
        .transform((groups) => Object.entries(groups).map(([name, body]) => ({ name, ...body }))),
    ],
    { error: 'a mapping of names to groups, or a list of groups' },
  )
  .refine(({ length }) => length > 0 && length <= bounds.GROUPS_MAX, {
    error: `1 to ${bounds.GROUPS_MAX} groups`,
  })
  .transform((groups) => groups.map(draft))

type GroupEntry = z.infer<typeof named>

function draft({ name, count, weight, publish, ...rest }: GroupEntry): GroupDraft {
  return { name, share: count ?? weight ?? 0, ...rest, publish: labelled(publish) }
}

/** The topic names a stream; the second of the same topic is `TOPIC#2`. */
function labelled(streams: GroupEntry['publish']): StreamSpec[] {
  return streams.map((one, position) => {
    const before = streams.slice(0, position).filter(({ topic }) => topic === one.topic).length
    return { label: before === 0 ? one.topic : `${one.topic}#${before + 1}`, ...one }
  })
}
