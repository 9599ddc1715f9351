// How the devices of a group are switched on, sleep, restart and die, and the state that somebody
// wants of them: parts of a group that hold for the device as a whole.

import * as z from 'zod'
import * as bounds from './bounds.ts'
import { share } from './link-schema.ts'
import { provisionSchema } from './provision-schema.ts'
import type { LifecycleSpec, ShadowSpec } from './scenario.ts'
import { duration, mapping, qos, rule, template } from './schema-leaf.ts'
import { objectionToTopic } from './topic.ts'

const sleep = mapping({
  every: duration(bounds.PERIOD_MS_MIN).describe('From one wake to the next.'),
  awake: duration(bounds.PERIOD_MS_MIN).describe('How long the radio is on.'),
})
  .refine(
    ({ every, awake }) => typeof every !== 'number' || typeof awake !== 'number' || awake < every,
    rule('awake', 'a duration below every'),
  )
  .transform(({ every, awake }) => ({ everyMs: every, awakeMs: awake }))

export const lifecycleSchema: z.ZodType<LifecycleSpec> = mapping({
  boot: duration().prefault('0s').describe('From power on to the first attempt to connect.'),
  provision: provisionSchema
    .optional()
    .describe('How a new device obtains an identity before it does anything else.'),
  sleep: sleep.optional().describe('The radio is off but for some time in each period.'),
  rebootEvery: duration().prefault('0s').describe('Mean time between reboots; 0s: never.'),
  failAfter: duration().prefault('0s').describe('Mean time until it dies; 0s: never.'),
}).transform((value) => ({
  bootMs: value.boot,
  provision: value.provision,
  sleep: value.sleep,
  rebootEveryMs: value.rebootEvery,
  failAfterMs: value.failAfter,
}))

export const shadowSchema: z.ZodType<ShadowSpec> = mapping({
  desired: template('a topic', { objection: objectionToTopic })
    .prefault('shadow/{id}/desired')
    .describe('Where the desired state comes in: a JSON mapping of what is to change.'),
  reported: template('a topic', { objection: objectionToTopic })
    .prefault('shadow/{id}/reported')
    .describe('Where the device tells its state, retained.'),
  qos: qos().default(1).describe('Quality of Service, both ways.'),
  after: duration().prefault('0s').describe('How long the device takes over a change.'),
  fail: share.default(0).describe('Part of the changes that it refuses.'),
  initial: z
    .record(z.string(), z.unknown(), { error: 'a mapping' })
    .default({})
    .describe('The state of a new device.'),
}).transform(({ after, fail, ...rest }) => ({ ...rest, afterMs: after, failShare: fail }))
