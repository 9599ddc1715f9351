// The common lines of a mosquitto.conf, to the options of a Broker: listeners with TLS, users, ACL,
// persistence, limits. Lines that mean nothing here are passed over; others that are not understood
// are refused, because they may say who may do what. It reads the password and ACL files, and no
// other files of Mosquitto's.

import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { UsageError } from '@motewire/sdk/errors'
import { parseAccessFile } from '../access-list.ts'
import type { BrokerOptions } from '../broker.ts'
import { DEFAULT_CORE_OPTIONS } from '../core/options.ts'
import { UserGate } from '../gatekeeper.ts'
import type { ListenerOptions } from '../listener.ts'
import { PasswordFile } from '../password-file.ts'

/** They say nothing that we could do differently. */
const PASSED_OVER = new Set([
  'autosave_interval',
  'autosave_on_changes',
  'connection_messages',
  'log_dest',
  'log_timestamp',
  'log_timestamp_format',
  'log_type',
  'persistence_file',
  'persistent_client_expiration',
  'per_listener_settings',
  'pid_file',
  'protocol',
  'retain_expiry_interval',
  'set_tcp_nodelay',
  'socket_domain',
  'upgrade_outgoing_qos',
  'user',
  'websockets_log_level',
])

interface Draft {
  readonly listeners: { -readonly [K in keyof ListenerOptions]: ListenerOptions[K] }[]
  readonly certificates: Map<number, Record<string, string>>
  passwordFile: string | undefined
  accessFile: string | undefined
  allowAnonymous: boolean | undefined
  isPersistent: boolean
  location: string
  options: { -readonly [K in keyof BrokerOptions]: BrokerOptions[K] }
}

/** @throws UsageError `ERR_BROKER_CONFIG` naming file and line. */
export function parseMosquittoConfig(text: string, path: string): BrokerOptions {
  const draft: Draft = {
    listeners: [],
    certificates: new Map(),
    passwordFile: undefined,
    accessFile: undefined,
    allowAnonymous: undefined,
    isPersistent: false,
    location: dirname(path),
    options: {},
  }
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const [keyword = '', ...words] = trimmed.split(/\s+/)
    const value = trimmed.slice(keyword.length).trim()
    const problem = applyLine(draft, keyword, value, words, dirname(path))
    if (problem === undefined) continue
    throw new UsageError('ERR_BROKER_CONFIG', `${path}:${index + 1}: ${keyword}: ${problem}`)
  }
  return optionsOf(draft)
}

/** What is wrong with the line, or undefined. */
function applyLine(
  draft: Draft,
  keyword: string,
  value: string,
  words: readonly string[],
  folder: string,
): string | undefined {
  switch (keyword) {
    case 'listener':
    case 'port': {
      const port = Number(words[0])
      if (!Number.isInteger(port) || port < 0 || port > 65_535) {
        return `found '${words[0] ?? ''}', expected a port from 0 to 65535`
      }
      // Without an address Mosquitto's `listener` listens on all of them, and `port` too.
      const host = keyword === 'listener' ? (words[1] ?? '0.0.0.0') : '0.0.0.0'
      draft.listeners.push({ name: `port ${port}`, port, host })
      return undefined
    }
    case 'cafile':
    case 'certfile':
    case 'keyfile':
    case 'require_certificate': {
      if (draft.listeners.length === 0) return 'expected a listener line before it'
      const at = draft.listeners.length - 1
      const own = draft.certificates.get(at) ?? {}
      draft.certificates.set(at, {
        ...own,
        [keyword]: keyword === 'require_certificate' ? value : resolve(folder, value),
      })
      return undefined
    }
    case 'password_file':
      draft.passwordFile = resolve(folder, value)
      return undefined
    case 'acl_file':
      draft.accessFile = resolve(folder, value)
      return undefined
    case 'persistence_location':
      draft.location = resolve(folder, value)
      return undefined
    case 'allow_anonymous':
    case 'persistence':
    case 'retain_available':
      return applyFlag(draft, keyword, value)
    default:
      if (PASSED_OVER.has(keyword)) return undefined
      return applyNumber(draft, keyword, value)
  }
}

function applyFlag(draft: Draft, keyword: string, value: string): string | undefined {
  if (value !== 'true' && value !== 'false') return `found '${value}', expected true or false`
  const isOn = value === 'true'
  if (keyword === 'allow_anonymous') draft.allowAnonymous = isOn
  else if (keyword === 'persistence') draft.isPersistent = isOn
  else draft.options.isRetainAvailable = isOn
  return undefined
}

function applyNumber({ options }: Draft, keyword: string, value: string): string | undefined {
  const number = Number(value)
  const known = NUMBERS.get(keyword)
  if (known === undefined) return 'is not understood here'
  if (value === '' || !Number.isInteger(number) || number < -1) {
    return `found '${value}', expected a whole number`
  }
  known(options, number)
  return undefined
}

type Options = Draft['options']
const QUEUE = DEFAULT_CORE_OPTIONS.queue
/** 0 and -1 mean no limit to Mosquitto; ours then stay what they are, or become very large. */
const COUNT_MAX = 1_000_000_000

const NUMBERS: ReadonlyMap<string, (options: Options, value: number) => void> = new Map([
  [
    'max_connections',
    (options, value) => {
      if (value > 0) options.clientsMax = value
    },
  ],
  [
    'max_inflight_messages',
    (options, value) => {
      options.inflightMax = value > 0 ? Math.min(value, 65_535) : 65_535
    },
  ],
  [
    'max_keepalive',
    (options, value) => {
      options.keepaliveMaxS = Math.max(value, 0)
    },
  ],
  [
    'max_packet_size',
    (options, value) => {
      if (value > 0) options.packetBytesMax = value
    },
  ],
  [
    'max_queued_bytes',
    (options, value) => {
      options.queue = { ...QUEUE, ...options.queue, bytesMax: value > 0 ? value : COUNT_MAX }
    },
  ],
  [
    'max_queued_messages',
    (options, value) => {
      options.queue = { ...QUEUE, ...options.queue, messagesMax: value > 0 ? value : COUNT_MAX }
    },
  ],
  [
    'max_qos',
    (options, value) => {
      options.qosMax = Math.min(Math.max(value, 0), 2) as 0 | 1 | 2
    },
  ],
  [
    'max_topic_alias',
    (options, value) => {
      options.topicAliasMaximum = Math.max(value, 0)
    },
  ],
  [
    'message_size_limit',
    (options, value) => {
      if (value > 0) options.packetBytesMax = value + 65_535
    },
  ],
  [
    'sys_interval',
    (options, value) => {
      options.systemIntervalMs = Math.max(value, 0) * 1000
    },
  ],
] as [string, (options: Options, value: number) => void][])

function optionsOf(draft: Draft): BrokerOptions {
  const { options, listeners, accessFile } = draft
  for (const [at, files] of draft.certificates) listeners[at]!.tls = tlsOf(files)
  // Since 2.0: anonymous only while nothing is configured.
  const allowAnonymous =
    draft.allowAnonymous ?? (listeners.length === 0 && draft.passwordFile === undefined)
  const passwordFile =
    draft.passwordFile === undefined ? undefined : new PasswordFile(draft.passwordFile)
  const users = new Map(
    [...(passwordFile?.credentials ?? [])].map(([name, credential]) => [
      name,
      { credential, groups: [] },
    ]),
  )
  const rules = accessFile === undefined ? undefined : parseAccessFile(read(accessFile), accessFile)
  const gatekeeper = new UserGate({ users, allowAnonymous, rules, passwordFile })
  const places = listeners.length === 0 ? {} : { listeners }
  const store = draft.isPersistent ? { folder: draft.location } : {}
  return { ...options, ...places, ...store, gatekeeper }
}

function tlsOf(files: Record<string, string>): NonNullable<ListenerOptions['tls']> {
  const { cafile, certfile, keyfile, require_certificate: required } = files
  const isRequired = required === 'true'
  return {
    ...(cafile === undefined ? {} : { ca: read(cafile) }),
    ...(certfile === undefined ? {} : { cert: read(certfile) }),
    ...(keyfile === undefined ? {} : { key: read(keyfile) }),
    requestCert: isRequired,
    rejectUnauthorized: isRequired,
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError('ERR_BROKER_CONFIG', `${path}: cannot be read (${code})`, { cause: error })
  }
}
