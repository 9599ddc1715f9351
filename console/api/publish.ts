// Checks the body of `POST /api/v1/publish` and turns its payload into bytes. Pure; it publishes
// nothing.

import { topicProblem } from '@motewire/sdk/codec'
import { ConsoleError } from '../errors.ts'
import { PAYLOAD_ENCODINGS } from '../views.ts'
import type { PayloadEncoding } from '../views.ts'

export interface PublishCommand {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
}

const KEYS = ['topic', 'payload', 'encoding', 'qos', 'retain']
const HEX = /^(?:[0-9a-f]{2})*$/i
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** @throws ConsoleError `ERR_CONSOLE_BODY_INVALID` that names the key and what it holds. */
export function readPublish(body: unknown): PublishCommand {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid('body is not an object')
  }
  const unknown = Object.keys(body).find((key) => !KEYS.includes(key))
  if (unknown !== undefined) throw invalid(`key '${unknown}' is unknown`)
  const fields: Record<string, unknown> = { ...body }
  const { topic, qos = 0, retain = false } = fields
  if (typeof topic !== 'string') throw invalid('topic is not a text')
  const problem = topicProblem(topic)
  if (problem !== undefined) throw invalid(problem)
  if (qos !== 0 && qos !== 1 && qos !== 2) throw invalid('qos is none of 0, 1, 2')
  if (typeof retain !== 'boolean') throw invalid('retain is neither true nor false')
  return { topic, payload: readPayload(fields), qos, retain }
}

/**
 * The bytes that `payload` and `encoding` of a body mean.
 * @throws ConsoleError `ERR_CONSOLE_BODY_INVALID`
 */
export function readPayload(fields: Readonly<Record<string, unknown>>): Uint8Array {
  const { payload = '', encoding = 'text' } = fields
  if (typeof payload !== 'string') throw invalid('payload is not a text')
  if (!isEncoding(encoding)) throw invalid(`encoding is none of ${PAYLOAD_ENCODINGS.join(', ')}`)
  return decode(payload, encoding)
}

function decode(text: string, encoding: PayloadEncoding): Uint8Array {
  if (encoding === 'text') return Buffer.from(text, 'utf8')
  const compact = text.replace(/\s+/g, '')
  const isValid = (encoding === 'hex' ? HEX : BASE64).test(compact)
  if (!isValid) throw invalid(`payload of ${text.length} characters is not ${encoding}`)
  return Buffer.from(compact, encoding)
}

function isEncoding(value: unknown): value is PayloadEncoding {
  return PAYLOAD_ENCODINGS.some((one) => one === value)
}

function invalid(message: string): ConsoleError {
  return new ConsoleError('ERR_CONSOLE_BODY_INVALID', message)
}
