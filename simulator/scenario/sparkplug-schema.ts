// Groups that speak Sparkplug B: edge nodes with their devices and metrics, and the host
// application that listens to them.

import * as z from 'zod'
import * as bounds from './bounds.ts'
import { fieldsSchema } from './payload-schema.ts'
import type { SparkplugHostSpec, SparkplugSpec } from './scenario.ts'
import { duration, mapping, rule } from './schema-leaf.ts'

const ID = 'letters and the like, without / + #, at most 64'
const id = z.string({ error: ID }).regex(/^[^/+#\0]{1,64}$/, { error: ID })
const DEVICES = 'a mapping of names to the metrics of devices'

export const sparkplugSchema: z.ZodType<SparkplugSpec> = mapping({
  group: id.describe('Group ID, the second level of all topics.'),
  every: duration(bounds.PERIOD_MS_MIN)
    .prefault('1s')
    .describe('From one scan of all metrics to the next; those that have changed are sent.'),
  primaryHost: id.optional().describe('Host ID whose STATE the node waits for. Default: none.'),
  metrics: fieldsSchema.prefault({}).describe('Metrics of the node: names and sensors.'),
  devices: z
    .record(id, fieldsSchema, { error: DEVICES })
    .refine((entries) => Object.keys(entries).length <= bounds.SPARKPLUG_DEVICES_MAX, {
      error: `at most ${bounds.SPARKPLUG_DEVICES_MAX} devices`,
    })
    .transform((entries) => Object.entries(entries).map(([name, metrics]) => ({ name, metrics })))
    .prefault({})
    .describe('Devices of the node: names, and the metrics of each.'),
}).transform(({ every, ...rest }) => ({
  ...rest,
  everyMs: every,
  primaryHost: rest.primaryHost,
}))

const offline = mapping({
  every: duration(bounds.PERIOD_MS_MIN).describe('From one return to the next.'),
  duration: duration(bounds.PERIOD_MS_MIN).describe('How long it is away before.'),
})
  .refine(
    ({ every, duration: away }) =>
      typeof every !== 'number' || typeof away !== 'number' || away < every,
    rule('duration', 'a duration below every'),
  )
  .transform(({ every, duration: durationMs }) => ({ everyMs: every, durationMs }))

export const sparkplugHostSchema: z.ZodType<SparkplugHostSpec> = mapping({
  id: id.describe('Host ID: it tells its state on spBv1.0/STATE/ID.'),
  groups: z
    .array(id, { error: 'a list of group IDs' })
    .min(1, { error: 'at least one group ID' })
    .describe('Groups that it listens to.'),
  rebirthEvery: duration().prefault('0s').describe('Asks all nodes for a Rebirth; 0s: never.'),
  offline: offline.optional().describe('Times in which its STATE says that it is away.'),
}).transform((value) => ({
  id: value.id,
  groups: value.groups,
  rebirthEveryMs: value.rebirthEvery,
  offline: value.offline,
}))
