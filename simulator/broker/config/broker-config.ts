// The broker's config file, YAML, to the options of a Broker. Paths in it are relative to the file.
// All mistakes are told at once. docs/broker.md lists the keys.

import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { filterProblem } from '@motewire/sdk/codec'
import { UsageError } from '@motewire/sdk/errors'
import { parseAccessFile } from '../access-list.ts'
import type { AccessRule, Permission } from '../access-list.ts'
import type { BrokerOptions } from '../broker.ts'
import { DEFAULT_CORE_OPTIONS } from '../core/options.ts'
import { parseHash } from '../credential.ts'
import { UserGate } from '../gatekeeper.ts'
import type { User } from '../gatekeeper.ts'
import type { ListenerOptions } from '../listener.ts'
import { PasswordFile } from '../password-file.ts'
import { parseMosquittoConfig } from './mosquitto-config.ts'
import { ConfigReader } from './reader.ts'
import type { KeyPath } from './reader.ts'

/** Of the file, at its top. */
export const BROKER_KEYS: readonly string[] = [
  'listeners',
  'folder',
  'sync',
  'anonymous',
  'users',
  'passwordFile',
  'accessFile',
  'access',
  'virtualHosts',
  'queue',
  'namedQueue',
  'limits',
  'qosMax',
  'retain',
  'keepaliveMax',
  'sessionExpiryMax',
  'topicExpiry',
  'connectTimeout',
  'systemInterval',
]
const PERMISSIONS: readonly Permission[] = ['read', 'write', 'readwrite', 'deny']
const SUBJECTS = ['user', 'group', 'everyone', 'anonymous']
const COUNT_MAX = 1_000_000_000
const BYTES_MAX = 2 ** 40

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * Reads `motewire broker --config`: our YAML, or a mosquitto.conf (by its extension `.conf`).
 * @throws UsageError `ERR_BROKER_CONFIG`, a line for each mistake.
 */
export function loadBrokerConfig(path: string): BrokerOptions {
  const text = readConfigFile(path, path)
  return path.endsWith('.conf') ? parseMosquittoConfig(text, path) : parseBrokerConfig(text, path)
}

export function parseBrokerConfig(text: string, path: string): BrokerOptions {
  const reader = new ConfigReader(text, path)
  const root = reader.mapping(reader.root ?? {}, [], BROKER_KEYS) ?? {}
  const relative = (value: unknown, key: string): string | undefined => {
    const found = reader.text(value, [key])
    return found === undefined ? undefined : resolve(dirname(path), found)
  }
  const options: Mutable<BrokerOptions> = limitsOf(reader, root['limits'])
  const listeners = listenersOf(reader, root['listeners'], dirname(path))
  if (listeners.length > 0) options.listeners = listeners
  const folder = relative(root['folder'], 'folder')
  if (folder !== undefined) options.folder = folder
  const isSynced = reader.flag(root['sync'], ['sync'])
  if (isSynced !== undefined) options.isSynced = isSynced
  const hosts = reader.texts(root['virtualHosts'], ['virtualHosts'])
  if (hosts.length > 0) options.virtualHosts = hosts
  const queue = queueOf(reader, root, 'queue')
  if (queue !== undefined) options.queue = queue
  const namedQueue = queueOf(reader, root, 'namedQueue')
  if (namedQueue !== undefined) options.namedQueue = namedQueue
  setRest(reader, root, options)
  const gatekeeper = gateOf(reader, root, relative)
  reader.throwIfWrong()
  return gatekeeper === undefined ? options : { ...options, gatekeeper }
}

function setRest(
  reader: ConfigReader,
  root: Record<string, unknown>,
  options: Mutable<BrokerOptions>,
): void {
  const qosMax = reader.whole(root['qosMax'], ['qosMax'], 0, 2)
  if (qosMax !== undefined) options.qosMax = qosMax as 0 | 1 | 2
  const retain = reader.flag(root['retain'], ['retain'])
  if (retain !== undefined) options.isRetainAvailable = retain
  const topics = reader.duration(root['topicExpiry'], ['topicExpiry'])
  if (topics !== undefined) options.topicExpiryS = Math.max(1, Math.ceil(topics / 1000))
  const times = ['keepaliveMax', 'sessionExpiryMax', 'connectTimeout', 'systemInterval'] as const
  const [keepalive, expiry, connect, system] = times.map((key) => reader.duration(root[key], [key]))
  if (keepalive !== undefined) options.keepaliveMaxS = Math.ceil(keepalive / 1000)
  if (expiry !== undefined) options.sessionExpiryMaxS = Math.ceil(expiry / 1000)
  if (connect !== undefined) options.connectTimeoutMs = connect
  if (system !== undefined) options.systemIntervalMs = system
}

function listenersOf(reader: ConfigReader, value: unknown, folder: string): ListenerOptions[] {
  const keys = ['name', 'host', 'port', 'tls', 'webSocket', 'virtualHost']
  return reader.list(value, ['listeners']).flatMap((one, i): ListenerOptions[] => {
    const path = ['listeners', i]
    const found = reader.mapping(one, path, keys)
    if (found === undefined) return []
    const options = {
      name: reader.text(found['name'], [...path, 'name']),
      host: reader.text(found['host'], [...path, 'host']),
      port: reader.whole(found['port'], [...path, 'port'], 0, 65_535),
      webSocket: reader.flag(found['webSocket'], [...path, 'webSocket']),
      virtualHost: reader.text(found['virtualHost'], [...path, 'virtualHost']),
      tls: tlsOf(reader, found['tls'], [...path, 'tls'], folder),
    }
    return [withoutUndefined(options)]
  })
}

function tlsOf(
  reader: ConfigReader,
  value: unknown,
  path: KeyPath,
  folder: string,
): ListenerOptions['tls'] {
  const keys = ['key', 'cert', 'ca', 'requireClientCertificate']
  const found = reader.mapping(value, path, keys)
  if (found === undefined) return undefined
  const read = (key: string): Buffer | undefined => {
    const name = reader.text(found[key], [...path, key])
    if (name === undefined) return undefined
    try {
      return readFileSync(resolve(folder, name))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      return reader.fail(
        [...path, key],
        `found ${name} (${code}), expected a file that can be read`,
      )
    }
  }
  const isRequired = reader.flag(found['requireClientCertificate'], path) === true
  for (const key of ['key', 'cert']) {
    if (found[key] === undefined) reader.fail(path, `found no ${key}, expected key and cert`)
  }
  const files = withoutUndefined({ key: read('key'), cert: read('cert'), ca: read('ca') })
  return { ...files, requestCert: isRequired, rejectUnauthorized: isRequired }
}

/** Undefined when it is left out. */
export function queueOf(
  reader: ConfigReader,
  root: Record<string, unknown>,
  key: 'queue' | 'namedQueue',
): BrokerOptions['queue'] {
  const found = reader.mapping(root[key], [key], ['messages', 'bytes', 'whenFull'])
  if (found === undefined) return undefined
  const { messagesMax, bytesMax } = DEFAULT_CORE_OPTIONS[key]
  const words = ['drop-newest', 'drop-oldest'] as const
  return {
    messagesMax: reader.whole(found['messages'], [key, 'messages'], 1, COUNT_MAX) ?? messagesMax,
    bytesMax: reader.whole(found['bytes'], [key, 'bytes'], 1, BYTES_MAX) ?? bytesMax,
    whenFull: reader.word(found['whenFull'], [key, 'whenFull'], words) ?? 'drop-newest',
  }
}

/** Key in the file, option, and the largest value. */
const LIMITS = [
  ['clients', 'clientsMax', COUNT_MAX],
  ['connectionsPerAddress', 'connectionsPerAddressMax', COUNT_MAX],
  ['connectsPerSecond', 'connectsPerSecondMax', COUNT_MAX],
  ['publishesPerSecond', 'publishesPerSecondMax', COUNT_MAX],
  ['sessions', 'sessionsMax', COUNT_MAX],
  ['subscriptionsPerClient', 'subscriptionsPerClientMax', COUNT_MAX],
  ['queues', 'namedQueuesMax', COUNT_MAX],
  ['topics', 'topicsMax', COUNT_MAX],
  ['packetBytes', 'packetBytesMax', 268_435_460],
  ['inflight', 'inflightMax', 65_535],
  ['receiveMaximum', 'receiveMaximum', 65_535],
  ['topicAliases', 'topicAliasMaximum', 65_535],
] as const

const RETAINED_KEYS = ['retainedMessages', 'retainedBytes']
/** Of `limits` in the file. */
export const LIMIT_KEYS: readonly string[] = [...LIMITS.map(([key]) => key), ...RETAINED_KEYS]

/** The keys of `limits`, strictly; what is left out is not there. */
export function limitsOf(reader: ConfigReader, value: unknown): Mutable<BrokerOptions> {
  const found = reader.mapping(value, ['limits'], LIMIT_KEYS) ?? {}
  const options: Mutable<BrokerOptions> = {}
  for (const [key, name, max] of LIMITS) {
    const limit = reader.whole(
      found[key],
      ['limits', key],
      name === 'topicAliasMaximum' ? 0 : 1,
      max,
    )
    if (limit !== undefined) options[name] = limit
  }
  const [messages, bytes] = RETAINED_KEYS.map((key) => {
    return reader.whole(found[key], ['limits', key], 0, BYTES_MAX)
  })
  const { retained } = DEFAULT_CORE_OPTIONS
  if (messages !== undefined || bytes !== undefined) {
    options.retained = {
      messagesMax: messages ?? retained.messagesMax,
      bytesMax: bytes ?? retained.bytesMax,
    }
  }
  return options
}

function gateOf(
  reader: ConfigReader,
  root: Record<string, unknown>,
  relative: (value: unknown, key: string) => string | undefined,
): UserGate | undefined {
  const users = usersOf(reader, root['users'])
  const path = relative(root['passwordFile'], 'passwordFile')
  const passwordFile = path === undefined ? undefined : new PasswordFile(path)
  for (const [name, credential] of passwordFile?.credentials ?? []) {
    users.set(name, { credential, groups: users.get(name)?.groups ?? [] })
  }
  const accessFile = relative(root['accessFile'], 'accessFile')
  const fromFile =
    accessFile === undefined
      ? undefined
      : parseAccessFile(readConfigFile(accessFile, accessFile), accessFile)
  const own = root['access'] === undefined ? undefined : rulesOf(reader, root['access'])
  const rules =
    own === undefined && fromFile === undefined ? undefined : [...(own ?? []), ...(fromFile ?? [])]
  const anonymous = reader.flag(root['anonymous'], ['anonymous'])
  const hasUsers = users.size > 0 || passwordFile !== undefined
  if (!hasUsers && rules === undefined && anonymous !== false) return undefined
  const allowAnonymous = anonymous ?? !hasUsers
  return new UserGate({ users, allowAnonymous, rules, passwordFile })
}

function usersOf(reader: ConfigReader, value: unknown): Map<string, User> {
  const users = new Map<string, User>()
  for (const [name, one] of Object.entries(reader.anyMapping(value, ['users']) ?? {})) {
    const path = ['users', name]
    const found = reader.mapping(one, path, ['password', 'hash', 'groups'])
    if (found === undefined) continue
    const password = reader.text(found['password'], [...path, 'password'])
    const hash = reader.text(found['hash'], [...path, 'hash'])
    const credential =
      password !== undefined
        ? ({ kind: 'plain', password } as const)
        : hash === undefined
          ? undefined
          : parseHash(hash)
    const groups = reader.texts(found['groups'], [...path, 'groups'])
    if (credential !== undefined) users.set(name, { credential, groups })
    else reader.fail(path, 'expected password, or hash as $6$salt$hash or $7$rounds$salt$hash')
  }
  return users
}

function rulesOf(reader: ConfigReader, value: unknown): AccessRule[] {
  return reader.list(value, ['access']).flatMap((one, i): AccessRule[] => {
    const path = ['access', i]
    const found = reader.mapping(one, path, [...SUBJECTS, ...PERMISSIONS])
    if (found === undefined) return []
    const subject = subjectOf(reader, found, path)
    const permissions = PERMISSIONS.filter((permission) => found[permission] !== undefined)
    if (permissions.length === 0) reader.fail(path, `expected one of ${PERMISSIONS.join(' ')}`)
    if (subject === undefined) return []
    return permissions.flatMap((permission): AccessRule[] => {
      const place = [...path, permission]
      const filter = reader.text(found[permission], place)
      if (filter === undefined) return []
      const problem = filterProblem(filter)
      if (problem !== undefined) reader.fail(place, problem)
      return [{ subject, permission, filter, isPattern: /%[cu]/.test(filter) }]
    })
  })
}

function subjectOf(
  reader: ConfigReader,
  found: Record<string, unknown>,
  path: KeyPath,
): AccessRule['subject'] | undefined {
  const given = SUBJECTS.filter((one) => found[one] !== undefined)
  const [kind] = given
  if (given.length !== 1) return reader.fail(path, `expected exactly one of ${SUBJECTS.join(' ')}`)
  if (kind === 'user' || kind === 'group') {
    const name = reader.text(found[kind], [...path, kind])
    return name === undefined ? undefined : { kind, name }
  }
  return { kind: kind as 'everyone' | 'anonymous' }
}

function readConfigFile(path: string, shown: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const what = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`
    throw new UsageError('ERR_BROKER_CONFIG', `${shown}: ${what}`, { cause: error })
  }
}

function withoutUndefined<T extends Record<string, unknown>>(
  values: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const found = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(found) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
