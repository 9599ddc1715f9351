// What one group of devices may say: how it connects, what it publishes and subscribes to. Output
// is the group of scenario.ts but for its number of devices, which needs the whole file.

import * as z from 'zod'
import * as bounds from './bounds.ts'
import { DEFAULTS } from './defaults.ts'
import { commandsSchema, energySchema } from './energy-schema.ts'
import { firmwareSchema } from './firmware-schema.ts'
import { lifecycleSchema, shadowSchema } from './lifecycle-schema.ts'
import { linkSchema } from './link-schema.ts'
import { payloadSchema } from './payload-schema.ts'
import type {
  BurstSpec,
  ConnectSpec,
  CredentialSpec,
  DeviceGroup,
  ExceptionSpec,
  StreamSpec,
  SubscriptionSpec,
} from './scenario.ts'
import {
  duration,
  flag,
  inOrder,
  mapping,
  qos,
  real,
  rule,
  template,
  whole,
} from './schema-leaf.ts'
import { provisionerSchema } from './provision-schema.ts'
import { sparkplugHostSchema, sparkplugSchema } from './sparkplug-schema.ts'
import { CLIENT_ID_PLACEHOLDERS } from './template.ts'
import { objectionToFilter, objectionToTopic } from './topic.ts'
import { modelSchema, trackSchema, wallClockSchema } from './track-schema.ts'
import type { TrackDraft } from './track-schema.ts'

const SECONDS_MAX = 65_535

const NAME = `1 to ${bounds.NAME_LENGTH_MAX} letters, digits, - _ or .`

/** Names go into topics and client ids as they are. */
const groupName: z.ZodString = z
  .string({ error: NAME })
  .regex(new RegExp(`^[A-Za-z0-9_.-]{1,${bounds.NAME_LENGTH_MAX}}$`), { error: NAME })

const wholeSeconds = (high: number): z.ZodType<number> =>
  duration(0, high * 1_000).transform((durationMs) => Math.round(durationMs / 1_000))

const RECONNECT_MS_MAX = 3_600_000

const reconnect = mapping({
  first: duration(bounds.PERIOD_MS_MIN, RECONNECT_MS_MAX)
    .prefault(DEFAULTS.reconnect.first)
    .describe('First delay; with jitter its ceiling.'),
  max: duration(bounds.PERIOD_MS_MIN, RECONNECT_MS_MAX)
    .prefault(DEFAULTS.reconnect.max)
    .describe('Ceiling of all delays, which grow.'),
  jitter: flag()
    .default(DEFAULTS.reconnect.jitter)
    .describe('Draw delays at random; false: each is twice the one before, for all devices.'),
})
  .refine(({ first, max }) => inOrder(first, max), rule('first', 'a duration not above max'))
  .transform(({ first, max, jitter }) => ({ firstMs: first, maxMs: max, isJittered: jitter }))

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
  reconnect: reconnect.prefault({}).describe('How long to wait before connecting again.'),
})
  .refine(
    ({ sessionExpiry, protocolVersion }) => sessionExpiry === undefined || protocolVersion === 5,
    rule('sessionExpiry', 'protocolVersion: 5 beside it'),
  )
  .transform((value) => ({ ...value, sessionExpiry: value.sessionExpiry }))

const exception = mapping({
  field: z.string({ error: 'the name of a field' }).describe('Field that decides.'),
  deadband: real(0).describe('Send when it moved by this or more since the last one sent.'),
  atLeastEvery: duration(bounds.PERIOD_MS_MIN).optional().describe('Longest silence.'),
}).transform((value) => ({ ...value, atLeastEvery: value.atLeastEvery }))

const burst: z.ZodType<BurstSpec> = mapping({
  messages: whole(1, bounds.BURST_MAX).describe('Messages at each time.'),
  spacing: duration().prefault('0s').describe('From one of them to the next.'),
}).transform(({ messages, spacing }) => ({ messages, spacingMs: spacing }))

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
  payload: payloadSchema.prefault({}).describe('What a message says.'),
  exception: exception.optional().describe('Send a reading only when a field has moved.'),
  batch: whole(1, bounds.BATCH_MAX).default(1).describe('Readings gathered in one message.'),
  burst: burst.optional().describe('Several messages at each time.'),
})
  .refine(
    ({ jitter, every }) => inOrder(jitter, every),
    rule('jitter', 'a duration not above every'),
  )
  .refine(
    ({ batch, payload, burst: several }) =>
      batch === 1 || (payload?.format !== 'binary' && several === undefined),
    rule('batch', '1 with format: binary or with burst'),
  )
  .refine(
    ({ burst: several, every }) =>
      several === undefined || inOrder((several.messages ?? 0) * (several.spacingMs ?? 0), every),
    rule('burst', 'messages that fit into every'),
  )
  .check((context) => {
    const { exception: one, payload } = context.value
    if (one?.field === undefined || !Array.isArray(payload?.fields)) return
    const varying = payload.fields.filter(({ sensor: { sensor } }) => sensor !== 'constant')
    if (varying.some(({ name }) => name === one.field)) return
    const message = 'the name of a field that changes'
    const params = { found: JSON.stringify(one.field) }
    const path = ['exception', 'field']
    context.issues.push({ code: 'custom', message, params, path, input: one.field })
  })
  .transform(({ every, jitter, exception: one, ...rest }) => ({
    ...rest,
    everyMs: every,
    jitterMs: jitter,
    exception: one && exceptionOf(one, rest.payload.fields),
    burst: rest.burst,
  }))
  .meta({ id: 'stream' })

function exceptionOf(
  { field, deadband, atLeastEvery }: z.infer<typeof exception>,
  fields: readonly { readonly name: string }[],
): ExceptionSpec {
  const position = fields.findIndex(({ name }) => name === field)
  return { field: position, deadband, atLeastEveryMs: atLeastEvery }
}

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

const CREDENTIALS = 'a CSV file with columns out of username password cert key'

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
  link: linkSchema.optional().describe('What lies between the devices and the broker.'),
  wallClock: wallClockSchema.prefault({}).describe("How far a device's own clock is off."),
  track: trackSchema.optional().describe('Way that the devices go, for sensor: track.'),
  commands: commandsSchema.optional().describe('Commands that the devices answer.'),
  shadow: shadowSchema.optional().describe('Desired state that the devices take over.'),
  sparkplug: sparkplugSchema.optional().describe('Sparkplug B: each device is an edge node.'),
  sparkplugHost: sparkplugHostSchema.optional().describe('Sparkplug B: the host application.'),
  provisioner: provisionerSchema
    .optional()
    .describe('Gives an identity to devices whose lifecycle begins with provision.'),
  lifecycle: lifecycleSchema.optional().describe('How devices boot, sleep, restart and die.'),
  energy: energySchema.optional().describe('What the devices live on: battery and radio.'),
  model: modelSchema.optional().describe('Firmware in TypeScript instead of publish.'),
  firmware: firmwareSchema
    .optional()
    .describe('Image for an ATmega328P or RP2040 instead of publish.'),
  credentials: z
    .string({ error: CREDENTIALS })
    .regex(/\.csv$/, { error: CREDENTIALS })
    .optional()
    .describe('CSV file with a row a device: username password cert key.'),
}

const unnamed = mapping(shape, 'a mapping that describes a group')
const named = mapping({ name: groupName, ...shape }, 'a mapping that describes a group')

/** A group before it is known how many devices it gets, and before its files are read. */
export type GroupDraft = Omit<DeviceGroup, 'devices' | 'track' | 'credentials'> & {
  readonly track: TrackDraft | undefined
  readonly credentials: readonly CredentialSpec[] | string | undefined
}

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
  const { link, track, model, credentials, commands, shadow, lifecycle, energy } = rest
  const { sparkplug, sparkplugHost, provisioner, firmware } = rest
  const own = { link, track, model, credentials, commands, shadow, lifecycle, energy }
  const optional = { ...own, sparkplug, sparkplugHost, provisioner, firmware }
  // Commands and desired states come in through subscriptions like any other.
  const desired = shadow && { filter: shadow.desired, qos: shadow.qos }
  const subscribe = [...rest.subscribe, provisioner, commands, desired].filter(
    (one) => one !== undefined,
  )
  const subscriptions = subscribe.map(({ filter, qos: level }) => ({ filter, qos: level }))
  const messages = { subscribe: subscriptions, publish: labelled(publish) }
  return { name, share: count ?? weight ?? 0, ...rest, ...optional, ...messages }
}

/** The topic names a stream; the second of the same topic is `TOPIC#2`. */
function labelled(streams: GroupEntry['publish']): StreamSpec[] {
  return streams.map((one, position) => {
    const before = streams.slice(0, position).filter(({ topic }) => topic === one.topic).length
    return { label: before === 0 ? one.topic : `${one.topic}#${before + 1}`, ...one }
  })
}
