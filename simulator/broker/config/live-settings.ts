// The settings that may change while the broker runs, in the words of its config file: as a text to
// edit, and back. A key that is left out has its default. It does not know files or a broker.

import { DEFAULT_CORE_OPTIONS } from '../core/options.ts'
import type { LiveOptions } from '../core/options.ts'
import { BROKER_KEYS, LIMIT_KEYS, limitsOf, queueOf } from './broker-config.ts'
import { ConfigReader } from './reader.ts'

/** Key of `limits` in the file, and option. */
const LIMITS = [
  ['clients', 'clientsMax'],
  ['connectsPerSecond', 'connectsPerSecondMax'],
  ['publishesPerSecond', 'publishesPerSecondMax'],
  ['sessions', 'sessionsMax'],
  ['subscriptionsPerClient', 'subscriptionsPerClientMax'],
  ['queues', 'namedQueuesMax'],
  ['inflight', 'inflightMax'],
] as const
const QUEUES = ['queue', 'namedQueue'] as const
const DURATIONS = ['keepaliveMax', 'sessionExpiryMax', 'connectTimeout'] as const
const LIVE_LIMITS: readonly string[] = LIMITS.map(([key]) => key)
const LIVE_KEYS: readonly string[] = ['limits', ...QUEUES, ...DURATIONS]

/** Where each of them stands in the file. */
const LIVE_PATHS: readonly (readonly string[])[] = [
  ...LIMITS.map(([key]) => ['limits', key]),
  ...[...QUEUES, ...DURATIONS].map((key) => [key]),
]

/** What holds now, as YAML; what is without limit stands as a comment. */
export function liveText(options: LiveOptions): string {
  const entry = (key: string, value: string | number): string =>
    value === Infinity || value === 'Infinitys' ? `# ${key}: without limit` : `${key}: ${value}`
  const limits = LIMITS.map(([key, name]) => `  ${entry(key, options[name])}`)
  const queues = QUEUES.flatMap((key) => {
    const { messagesMax, bytesMax, whenFull = 'drop-newest' } = options[key]
    const lines = { messages: messagesMax, bytes: bytesMax, whenFull }
    return [`${key}:`, ...Object.entries(lines).map(([name, value]) => `  ${name}: ${value}`)]
  })
  const durations = [
    entry('keepaliveMax', `${options.keepaliveMaxS}s`),
    entry('sessionExpiryMax', `${options.sessionExpiryMaxS}s`),
    entry('connectTimeout', `${options.connectTimeoutMs}ms`),
  ]
  return `${['limits:', ...limits, ...queues, ...durations].join('\n')}\n`
}

export interface LiveDraft {
  readonly options: LiveOptions
  /** The values as they were written, by their path in the file; undefined: left out. */
  readonly written: readonly { readonly path: readonly string[]; readonly value: unknown }[]
}

/** @throws UsageError `ERR_BROKER_CONFIG`, a line for each mistake. */
export function parseLiveSettings(text: string, name: string): LiveDraft {
  const reader = new ConfigReader(text, name)
  const root = reader.mapping(reader.root ?? {}, [], BROKER_KEYS) ?? {}
  const limits = reader.anyMapping(root['limits'] ?? undefined, ['limits']) ?? {}
  refuseFixed(reader, root, [], BROKER_KEYS, LIVE_KEYS)
  refuseFixed(reader, limits, ['limits'], LIMIT_KEYS, LIVE_LIMITS)
  const given = limitsOf(reader, root['limits'] ?? undefined)
  const [keepalive, expiry, connect] = DURATIONS.map((key) => reader.duration(root[key], [key]))
  const [queue, namedQueue] = QUEUES.map((key) => queueOf(reader, root, key))
  reader.throwIfWrong()
  const usual = DEFAULT_CORE_OPTIONS
  const limit = (option: (typeof LIMITS)[number][1]): number => given[option] ?? usual[option]
  const chosen = Object.fromEntries(LIMITS.map(([, option]) => [option, limit(option)]))
  const options = {
    ...(chosen as Record<(typeof LIMITS)[number][1], number>),
    queue: queue ?? usual.queue,
    namedQueue: namedQueue ?? usual.namedQueue,
    keepaliveMaxS: keepalive === undefined ? usual.keepaliveMaxS : Math.ceil(keepalive / 1000),
    sessionExpiryMaxS: expiry === undefined ? usual.sessionExpiryMaxS : Math.ceil(expiry / 1000),
    connectTimeoutMs: connect ?? usual.connectTimeoutMs,
  }
  const written = LIVE_PATHS.map((path) => {
    const [key = '', inner] = path
    return { path, value: inner === undefined ? root[key] : limits[inner] }
  })
  return { options, written }
}

/** Keys that are known and not live; the others are told of elsewhere. */
function refuseFixed(
  reader: ConfigReader,
  found: Record<string, unknown>,
  path: readonly string[],
  known: readonly string[],
  live: readonly string[],
): void {
  for (const key of Object.keys(found)) {
    if (!known.includes(key) || live.includes(key)) continue
    reader.fail([...path, key], 'changes only with a restart of the broker', true)
  }
}
