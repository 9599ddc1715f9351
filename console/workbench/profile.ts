// Checks the profile that a connection is made by, and says what a failure probably means where
// two ports are easily mixed up. Only network addresses pass: a path (unix:, serial:) or a file
// with a certificate could read what belongs to others. Pure.

import { ConsoleError } from '../errors.ts'
import type { ConnectRequest, ProfileView } from '../workbench-views.ts'

export interface Profile {
  readonly view: ProfileView
  readonly password: string | undefined
}

const SCHEMES = ['mqtt:', 'mqtts:', 'ws:', 'wss:']
const VERSIONS = ['auto', 3, 4, 5] as const
const TEXT_CHARS_MAX = 1024
const KEYS = [
  'name',
  'url',
  'clientId',
  'username',
  'password',
  'protocolVersion',
  'keepalive',
  'clean',
]

/** @throws ConsoleError `ERR_CONSOLE_BODY_INVALID` */
export function readProfile(body: unknown): Profile {
  const fields = fieldsOf(body, KEYS)
  const { protocolVersion = 'auto', keepalive = 60, clean = true } = fields
  const version = VERSIONS.find((one) => one === protocolVersion)
  if (version === undefined) throw invalid('protocolVersion is none of auto, 3, 4, 5')
  if (!isWhole(keepalive, 0, 65_535)) throw invalid('keepalive is not a number from 0 to 65535')
  if (typeof clean !== 'boolean') throw invalid('clean is neither true nor false')
  const url = readText(fields, 'url')
  const host = checkUrl(url)
  const view = {
    name: readText(fields, 'name') || host,
    url,
    clientId: readText(fields, 'clientId'),
    username: readText(fields, 'username'),
    protocolVersion: version,
    keepalive,
    clean,
  } satisfies ConnectRequest
  return { view, password: readText(fields, 'password') || undefined }
}

function checkUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.hostname === '') throw invalid(`url '${text}' is no address`)
  if (!SCHEMES.includes(url.protocol)) {
    throw invalid(`url begins with ${url.protocol} instead of ${SCHEMES.join(' ')}`)
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid('url holds a user name, which has a field of its own')
  }
  return url.host
}

/** What stands behind a failed connection when its port is one that people mix up. */
export function portAdvice(url: string): string {
  const { port, protocol } = new URL(url)
  if (protocol.startsWith('ws')) return ''
  return ADVICE[port] ?? ''
}

const ADVICE: Readonly<Record<string, string>> = {
  61680: '61680 is the web page of Apollo, its MQTT port is 61613',
  61681: '61681 is the web page of Apollo over TLS, its MQTT port is 61614',
  8161: '8161 is the web page of ActiveMQ, its MQTT port is 1883 or 61613',
  8080: '8080 is mostly a web page or MQTT over WebSocket (ws://), plain MQTT is on 1883',
  15672: '15672 is the web page of RabbitMQ, its MQTT port is 1883',
  18083: '18083 is the web page of EMQX, its MQTT port is 1883',
  1883: '1883 is the port of Mosquitto and most others, Apollo listens on 61613',
  61613: '61613 is the port of Apollo, Mosquitto and most others listen on 1883',
  8883: '8883 expects TLS (mqtts://)',
}

/** The fields of a body, all of them known. */
export function fieldsOf(body: unknown, known: readonly string[]): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid('body is not an object')
  }
  const unknown = Object.keys(body).find((key) => !known.includes(key))
  if (unknown !== undefined) throw invalid(`key '${unknown}' is unknown`)
  return { ...body }
}

/** A text, '' when it is absent. */
export function readText(fields: Record<string, unknown>, key: string): string {
  const value = fields[key] ?? ''
  if (typeof value !== 'string' || value.length > TEXT_CHARS_MAX) {
    throw invalid(`${key} is not a text of at most ${TEXT_CHARS_MAX} characters`)
  }
  return value
}

export function isWhole(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && Number(value) >= min && Number(value) <= max
}

export function invalid(message: string): ConsoleError {
  return new ConsoleError('ERR_CONSOLE_BODY_INVALID', message)
}
