// Whether the groups of a file fit together: names, counts and weights, client ids. Looks at the
// raw values and takes what it understands, so that these mistakes are told beside all others; what
// is of the wrong type is told by the schema. O(groups).

import { parseThreshold } from '../report/threshold.ts'
import { DEVICES_MAX } from './bounds.ts'
import { DEFAULTS } from './defaults.ts'
import { formatPath, mismatch, valueAt } from './findings.ts'
import type { Finding, KeyPath } from './findings.ts'
import { CLIENT_ID_PLACEHOLDERS, Template } from './template.ts'

interface RawGroup {
  readonly path: KeyPath
  readonly name: unknown
  readonly count: unknown
  readonly weight: unknown
  readonly clientId: unknown
}

export function crossCheck(root: unknown): Finding[] {
  const groups = rawGroups(root)
  return [
    ...checkNames(groups, root),
    ...checkShares(groups, root),
    ...checkTotal(groups, root),
    ...checkClientIds(groups, root),
    ...checkThresholds(groups, root),
    ...checkConcerned(groups, root),
    ...checkProvisioners(groups, root),
    ...groups.flatMap(({ path }) => [
      ...checkTrack(path, root),
      ...checkModel(path, root),
      ...checkProgram(path, root),
      ...checkSparkplug(path, root),
    ]),
  ]
}

function rawGroups(root: unknown): RawGroup[] {
  const groups = valueAt(root, ['groups'])
  if (typeof groups !== 'object' || groups === null) return []
  const isList = Array.isArray(groups)
  return Object.entries(groups).flatMap(([key, group]: [string, unknown]) => {
    if (typeof group !== 'object' || group === null || Array.isArray(group)) return []
    const path = ['groups', isList ? Number(key) : key]
    const { name, count, weight, clientId } = group as Partial<Record<string, unknown>> & RawGroup
    return [{ path, name: isList ? name : key, count, weight, clientId }]
  })
}

function checkNames(groups: readonly RawGroup[], root: unknown): Finding[] {
  return groups.flatMap(({ name, path }, position) => {
    const first = groups.slice(0, position).find((one) => one.name === name)
    if (name === undefined || first === undefined) return []
    return [mismatch([...path, 'name'], root, `another name than ${formatPath(first.path)} has`)]
  })
}

/** Each group has one share, and all have the same kind of share. */
function checkShares(groups: readonly RawGroup[], root: unknown): Finding[] {
  const first = groups.find(({ count, weight }) => (count === undefined) !== (weight === undefined))
  const isCounted = first?.weight === undefined
  return groups.flatMap(({ path, count, weight }) => {
    const key = [...path, count === undefined ? 'weight' : 'count']
    if (count === undefined && weight === undefined) {
      return [mismatch([...path, 'count'], root, 'a count or a weight')]
    }
    if (count !== undefined && weight !== undefined) {
      return [mismatch([...path, 'weight'], root, 'either count or weight', 'both')]
    }
    if (first === undefined || (weight === undefined) === isCounted) return []
    const kind = isCounted ? 'count' : 'weight'
    return [mismatch(key, root, `${kind} as in ${formatPath(first.path)}`, String(key.at(-1)))]
  })
}

function checkTotal(groups: readonly RawGroup[], root: unknown): Finding[] {
  const hasTotal = valueAt(root, ['devices']) !== undefined
  if (!hasTotal && groups.some(({ weight }) => weight !== undefined)) {
    return [mismatch(['devices'], root, 'the number of all devices, because groups have weights')]
  }
  const shares = groups.map(({ count, weight }) => count ?? weight)
  if (shares.length === 0 || !shares.every((share) => typeof share === 'number')) return []
  const sum = shares.reduce((one, other) => one + other, 0)
  if (sum > 0 && (hasTotal || sum <= DEVICES_MAX)) return []
  return [mismatch(['groups'], root, `1 to ${DEVICES_MAX} devices`, `${sum} devices in all`)]
}

/** Two devices with one client id would take the connection from each other again and again. */
function checkClientIds(groups: readonly RawGroup[], root: unknown): Finding[] {
  return groups.flatMap(({ path, count, clientId = DEFAULTS.clientId }) => {
    if (typeof clientId !== 'string' || count === 0 || count === 1) return []
    const template = Template.parse(clientId, CLIENT_ID_PLACEHOLDERS)
    if (!(template instanceof Template) || template.uses('index')) return []
    return [mismatch([...path, 'clientId'], root, 'a client id with {index}, as devices are many')]
  })
}

/** A threshold of a group that does not exist would be crossed for ever. */
function checkThresholds(groups: readonly RawGroup[], root: unknown): Finding[] {
  const thresholds = valueAt(root, ['thresholds'])
  if (!Array.isArray(thresholds)) return []
  const names = groups.map(({ name }) => String(name))
  return thresholds.flatMap((text: unknown, position) => {
    const parsed = typeof text === 'string' ? parseThreshold(text) : undefined
    if (parsed === undefined || 'found' in parsed || parsed.group === undefined) return []
    if (names.includes(parsed.group)) return []
    const expected = `one of the groups ${names.join(' ')}`
    return [mismatch(['thresholds', position], root, expected, `group ${parsed.group}`)]
  })
}

/** What happens to a group that does not exist would never happen. */
function checkConcerned(groups: readonly RawGroup[], root: unknown): Finding[] {
  const names = groups.map(({ name }) => String(name))
  const paths = ['faults', 'stages'].flatMap((list) => {
    return listAt(root, [list]).map((_, position): KeyPath => [list, position, 'groups'])
  })
  return paths.flatMap((path) => {
    return listAt(root, path).flatMap((name, position) => {
      if (typeof name !== 'string' || names.includes(name)) return []
      return [mismatch([...path, position], root, `one of the groups ${names.join(' ')}`)]
    })
  })
}

/** On the embedded broker nobody answers but the devices of the scenario. */
function checkProvisioners(groups: readonly RawGroup[], root: unknown): Finding[] {
  const broker = valueAt(root, ['broker'])
  const url = valueAt(root, ['broker', 'url']) ?? (Object(broker) === broker ? undefined : broker)
  if (url !== undefined && url !== DEFAULTS.broker.url) return []
  const has = ({ path }: RawGroup, key: string): boolean =>
    valueAt(root, [...path, key]) !== undefined
  if (Array.isArray(broker) || groups.some((one) => has(one, 'provisioner') || has(one, 'model'))) {
    return []
  }
  return groups.flatMap(({ path }) => {
    const key = [...path, 'lifecycle', 'provision']
    if (valueAt(root, key) === undefined) return []
    const expected = 'a group with provisioner, or a broker of yours with somebody who answers'
    return [mismatch(key, root, expected, 'nobody who answers')]
  })
}

/** Sensors of a way that nobody goes. */
function checkTrack(path: KeyPath, root: unknown): Finding[] {
  if (valueAt(root, [...path, 'track']) !== undefined) return []
  const payloads = listAt(root, [...path, 'publish']).map((_, position): KeyPath => {
    return [...path, 'publish', position, 'payload', 'fields']
  })
  const devices = Object.keys(Object(valueAt(root, [...path, 'sparkplug', 'devices'])))
  const metrics = devices.map((name): KeyPath => [...path, 'sparkplug', 'devices', name])
  const inputs: KeyPath = [...path, 'firmware', 'analog']
  const nodes: KeyPath[] = [[...path, 'sparkplug', 'metrics'], ...metrics]
  return [...payloads, ...nodes, inputs].flatMap((fields) => {
    const entries = valueAt(root, fields)
    if (typeof entries !== 'object' || entries === null) return []
    return Object.keys(entries).flatMap((name) => {
      if (valueAt(root, [...fields, name, 'sensor']) !== 'track') return []
      return [mismatch([...fields, name, 'sensor'], root, 'a track in the group beside it')]
    })
  })
}

/** Firmware of one's own publishes by itself. */
function checkModel(path: KeyPath, root: unknown): Finding[] {
  const [first, ...more] = ['model', 'firmware', 'publish'].filter((key) => {
    return valueAt(root, [...path, key]) !== undefined
  })
  return more.map((key) => mismatch([...path, key], root, `either ${first} or ${key}`, 'both'))
}

/** A program beside the simulator lives in real time only. */
function checkProgram(path: KeyPath, root: unknown): Finding[] {
  const clock = valueAt(root, ['clock']) ?? DEFAULTS.clock
  const key = [...path, 'firmware', 'command']
  const isOther = typeof clock === 'string' && clock !== 'real'
  if (!isOther || valueAt(root, key) === undefined) return []
  const expected = 'clock: real beside it, because a program has a clock of its own'
  return [mismatch(key, root, expected, `clock: ${clock}`)]
}

/** A node is a level of its topics, and each of its connections begins with a birth. */
function checkSparkplug(path: KeyPath, root: unknown): Finding[] {
  if (valueAt(root, [...path, 'sparkplug']) === undefined) return []
  const clientId = valueAt(root, [...path, 'clientId'])
  const isLevel = typeof clientId !== 'string' || !clientId.includes('/')
  const isClean = valueAt(root, [...path, 'connect', 'clean']) !== false
  const beside = 'beside sparkplug'
  return [
    ...(isLevel ? [] : [mismatch([...path, 'clientId'], root, `a client id without / ${beside}`)]),
    ...(isClean ? [] : [mismatch([...path, 'connect', 'clean'], root, `true ${beside}`)]),
  ]
}

function listAt(root: unknown, path: KeyPath): readonly unknown[] {
  const value = valueAt(root, path)
  return Array.isArray(value) ? value : []
}
