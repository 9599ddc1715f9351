// How devices that are new obtain an identity, and who gives it to them: the two sides of
// provisioning by request and response. Whether anybody answers is cross-checks.ts.

import * as z from 'zod'
import * as bounds from './bounds.ts'
import { share } from './link-schema.ts'
import type { ProvisionerSpec, ProvisionSpec } from './scenario.ts'
import { duration, mapping, qos, rule, template } from './schema-leaf.ts'
import type { Placeholder } from './template.ts'
import { objectionToFilter, objectionToTopic } from './topic.ts'

/** Two new devices under one client id would throw each other out. */
const clientId = template('a client id', {
  objection: (text) =>
    /\{(id|index)/.test(text) && !/[+#\0]/.test(text)
      ? undefined
      : 'a client id with {id} or {index}, and without + # and null',
})

/** An answer that all hear would give all the same identity. */
const answer = template('a topic', {
  objection: (text) =>
    /\{(id|index)/.test(text) ? objectionToTopic(text) : 'a topic with {id} or {index}',
})

const path = template('the path of a file')

export const provisionSchema: z.ZodType<ProvisionSpec> = mapping({
  clientId: clientId.prefault('{id}').describe('Client id of a new device; a template.'),
  username: template('a user name').optional().describe('Of new devices; a template.'),
  password: template('a password').optional().describe('Of new devices; a template.'),
  cert: path.optional().describe('Certificate of new devices, PEM; a template.'),
  key: path.optional().describe('Its key, PEM; a template.'),
  request: template('a topic', { objection: objectionToTopic })
    .prefault('provision/{id}/request')
    .describe('Where the device asks for an identity.'),
  response: answer.prefault('provision/{id}/response').describe('Where the answer comes in.'),
  payload: z
    .record(z.string(), z.unknown(), { error: 'a mapping' })
    .default({})
    .describe('What the request says besides id and reply.'),
  retry: duration(bounds.PERIOD_MS_MIN)
    .prefault('30s')
    .describe('It asks again after 1 to 1.5 times this, when it got no identity.'),
})
  .refine(
    ({ cert, key }) => (cert === undefined) === (key === undefined),
    rule('cert', 'cert and key, or neither'),
  )
  .transform(({ retry, username, password, cert, key, ...rest }) => {
    return { ...rest, username, password, cert, key, retryMs: retry }
  })

/** The answer knows of a device what its request says. */
const ASKED: readonly Placeholder[] = ['id']

export const provisionerSchema: z.ZodType<ProvisionerSpec> = mapping({
  requests: template('a topic filter', { objection: objectionToFilter })
    .prefault('provision/+/request')
    .describe('Where requests come in; a template, wildcards allowed.'),
  qos: qos().default(1).describe('Quality of Service, both ways.'),
  clientId: template('a client id', { allowed: ASKED })
    .optional()
    .describe('What a device is given; {id} is who asks. Default: it keeps its own.'),
  username: template('a user name', { allowed: ASKED })
    .prefault('{id}')
    .describe('User name that a device is given.'),
  password: template('a password', { allowed: ASKED })
    .optional()
    .describe('Password that a device is given.'),
  after: duration().prefault('0s').describe('How long an answer takes.'),
  fail: share.default(0).describe('Part of the requests that are refused.'),
}).transform(({ requests, after, fail, clientId: id, password, ...rest }) => {
  return { ...rest, clientId: id, password, filter: requests, afterMs: after, failShare: fail }
})
