// What users may do, as rules over topic filters, and Mosquitto's ACL file format
// (`user`, `topic`, `pattern` lines). With a list nothing is allowed that no rule allows, and a
// `deny` wins over whatever else matches. It does not know who is connected. O(rules of the user) a
// question; answers are remembered by the session's access for topics that come again.

import { matchesFilter } from '@motewire/sdk/codec'
import { filterProblem } from '@motewire/sdk/codec'
import { UsageError } from '@motewire/sdk/errors'
import type { Access, Identity } from './core/access.ts'

export type Permission = 'read' | 'write' | 'readwrite' | 'deny'

export interface AccessRule {
  /** Whom it is for; `anonymous` has no user name. */
  readonly subject:
    | { readonly kind: 'user' | 'group'; readonly name: string }
    | { readonly kind: 'anonymous' | 'everyone' }
  readonly permission: Permission
  /** A topic filter; with `isPattern`, %u and %c stand for user name and client identifier. */
  readonly filter: string
  readonly isPattern: boolean
}

const PERMISSIONS: readonly string[] = ['read', 'write', 'readwrite', 'deny']
const REMEMBERED_MAX = 1_000

/** What somebody may do by these rules. */
export function accessOf(
  rules: readonly AccessRule[],
  { username, groups }: Identity,
  clientId: string,
): Access {
  const own = rules.flatMap((rule) => {
    if (!isFor(rule, username, groups)) return []
    const filter = rule.isPattern ? filledIn(rule.filter, username, clientId) : rule.filter
    return filter === undefined ? [] : [{ permission: rule.permission, filter }]
  })
  return new RuleAccess(own)
}

function isFor(
  { subject }: AccessRule,
  username: string | undefined,
  groups: readonly string[],
): boolean {
  switch (subject.kind) {
    case 'everyone':
      return true
    case 'anonymous':
      return username === undefined
    case 'user':
      return subject.name === username
    case 'group':
      return groups.includes(subject.name)
  }
}

/** Undefined when a name would bring wildcards or levels of its own into the filter. */
function filledIn(
  pattern: string,
  username: string | undefined,
  clientId: string,
): string | undefined {
  const needsUser = pattern.includes('%u')
  const isUnsafe = (name: string): boolean => /[+#/]/.test(name)
  if (needsUser && (username === undefined || isUnsafe(username))) return undefined
  if (pattern.includes('%c') && isUnsafe(clientId)) return undefined
  return pattern.replaceAll('%u', () => username ?? '').replaceAll('%c', () => clientId)
}

interface OwnRule {
  readonly permission: Permission
  readonly filter: string
}

class RuleAccess implements Access {
  readonly #read: readonly string[]
  readonly #write: readonly string[]
  readonly #deny: readonly string[]
  readonly #mayPublish = new Map<string, boolean>()

  constructor(rules: readonly OwnRule[]) {
    const filtersOf = (...kinds: Permission[]): string[] =>
      rules.filter(({ permission }) => kinds.includes(permission)).map(({ filter }) => filter)
    this.#read = filtersOf('read', 'readwrite')
    this.#write = filtersOf('write', 'readwrite')
    this.#deny = filtersOf('deny')
  }

  mayPublish(topic: string): boolean {
    const known = this.#mayPublish.get(topic)
    if (known !== undefined) return known
    const answer = this.#allows(this.#write, topic)
    if (this.#mayPublish.size >= REMEMBERED_MAX) this.#mayPublish.clear()
    this.#mayPublish.set(topic, answer)
    return answer
  }

  mayReceive(topic: string): boolean {
    return this.#allows(this.#read, topic)
  }

  /** A filter is granted when it can bring anything at all; each topic is asked for again. */
  maySubscribe(filter: string): boolean {
    return this.#read.some((allowed) => overlaps(allowed, filter))
  }

  #allows(filters: readonly string[], topic: string): boolean {
    const matches = (filter: string): boolean => matchesFilter(filter, topic)
    return filters.some(matches) && !this.#deny.some(matches)
  }
}

/** Whether there can be a topic that both filters match. */
function overlaps(one: string, other: string): boolean {
  const a = one.split('/')
  const b = other.split('/')
  for (let i = 0; ; i++) {
    if (a[i] === '#' || b[i] === '#') return true
    if (a[i] === undefined || b[i] === undefined) return a.length === b.length
    if (a[i] !== b[i] && a[i] !== '+' && b[i] !== '+') return false
  }
}

/**
 * Reads Mosquitto's ACL file.
 * @throws UsageError `ERR_BROKER_CONFIG` naming file and line.
 */
export function parseAccessFile(text: string, file: string): AccessRule[] {
  const rules: AccessRule[] = []
  let subject: AccessRule['subject'] = { kind: 'anonymous' }
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const place = `${file}:${index + 1}`
    const words = line.trim().split(/\s+/)
    const [keyword] = words
    if (keyword === '' || keyword!.startsWith('#')) continue
    const rest = line.trim().slice(keyword!.length).trim()
    if (keyword === 'user' && rest !== '') subject = { kind: 'user', name: rest }
    else if (keyword === 'topic') rules.push({ ...ruleOf(rest, place), subject, isPattern: false })
    else if (keyword === 'pattern') {
      const everyone = { kind: 'everyone' } as const
      rules.push({ ...ruleOf(rest, place), subject: everyone, isPattern: true })
    } else {
      const what = `'${keyword}' found, expected user NAME, topic or pattern [access] FILTER`
      throw new UsageError('ERR_BROKER_CONFIG', `${place}: ${what}`)
    }
  }
  return rules
}

function ruleOf(text: string, place: string): Pick<AccessRule, 'permission' | 'filter'> {
  const [first = ''] = text.split(/\s+/)
  const hasPermission = PERMISSIONS.includes(first) && text.length > first.length
  const permission = hasPermission ? (first as Permission) : 'readwrite'
  const filter = hasPermission ? text.slice(first.length).trim() : text
  const problem = filterProblem(filter)
  if (problem !== undefined) throw new UsageError('ERR_BROKER_CONFIG', `${place}: ${problem}`)
  return { permission, filter }
}
