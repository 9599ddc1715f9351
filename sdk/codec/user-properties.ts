// User Properties are a list of pairs whose order counts [MQTT5-3.3.2-18, MQTT5-3.1.3-10], and in
// JavaScript an object, as users know them. An object cannot tell the order of names that come
// again after others, nor of names that are numbers: those that came so carry their list beside.

import type { UserProperties } from './packets.ts'

export type UserPair = readonly [name: string, value: string]

/** Objects whose own order is not that of their pairs. */
const PAIRS = new WeakMap<UserProperties, UserPair[]>()

/** The last name that was added, and to what: most packets are read from front to back. */
let lastName = ''
let lastOwner: UserProperties | undefined

/**
 * Adds a pair behind all others; without an object it makes one. O(1), but for the first time that
 * the order has to be kept beside.
 */
export function addUserProperty(
  properties: UserProperties | undefined,
  name: string,
  value: string,
): UserProperties {
  const owner = properties ?? (Object.create(null) as UserProperties)
  const known = owner[name]
  const isInPlace = known === undefined ? !isIndex(name) : owner === lastOwner && name === lastName
  const listed = PAIRS.get(owner)
  if (listed !== undefined) listed.push([name, value])
  else if (!isInPlace) PAIRS.set(owner, [...userPairs(owner), [name, value]])
  if (known === undefined) owner[name] = value
  else if (Array.isArray(known)) known.push(value)
  else owner[name] = [known, value]
  lastName = name
  lastOwner = owner
  return owner
}

/** All pairs in their order. */
export function userPairs(properties: UserProperties): readonly UserPair[] {
  const listed = PAIRS.get(properties)
  if (listed !== undefined && isTrueTo(listed, properties)) return listed
  return Object.entries(properties).flatMap(([name, values]) =>
    (Array.isArray(values) ? values : [values]).map((value): UserPair => [name, value]),
  )
}

/** Whether the object still says what the list does: it is its holder's to change. */
function isTrueTo(listed: readonly UserPair[], properties: UserProperties): boolean {
  const counts = new Map<string, number>()
  for (const [name, value] of listed) {
    const count = counts.get(name) ?? 0
    const values = properties[name]
    if ((Array.isArray(values) ? values[count] : values) !== value) return false
    counts.set(name, count + 1)
  }
  return Object.entries(properties).every(([name, values]) => {
    return counts.get(name) === (Array.isArray(values) ? values.length : 1)
  })
}

/** Names that an object puts before all others. */
function isIndex(name: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(name)
}
