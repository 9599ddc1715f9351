// Topic Names and Topic Filters [MQTT5 4.7]: what is allowed and what matches. Pure text work; it
// knows no subscriptions. O(length).

import { stringProblem } from './text.ts'

/** Why `topic` cannot be published to; undefined when it can. */
export function topicProblem(topic: string): string | undefined {
  if (topic.length === 0) return 'topic is empty'
  for (let i = 0; i < topic.length; i++) {
    const code = topic.charCodeAt(i)
    if (code === 0x2b || code === 0x23) return `topic '${topic}' contains a wildcard`
  }
  return stringProblem('topic', topic)
}

/** Why `filter` cannot be subscribed to; undefined when it can. Shared filters included. */
export function filterProblem(filter: string): string | undefined {
  if (filter.length === 0) return 'filter is empty'
  const levels = filter.split('/')
  if (levels[0] === '$share') {
    const group = levels[1]
    if (!group || group.includes('+') || group.includes('#')) {
      return `filter '${filter}' has no valid share name`
    }
    if (levels.length < 3 || (levels.length === 3 && levels[2] === '')) {
      return `filter '${filter}' shares no filter`
    }
  }
  for (let i = 0; i < levels.length; i++) {
    const level = levels[i]!
    if (level.length > 1 && (level.includes('#') || level.includes('+'))) {
      return `filter '${filter}' has a wildcard inside level ${i + 1}`
    }
    if (level === '#' && i < levels.length - 1) return `filter '${filter}' has '#' before its end`
  }
  return stringProblem('filter', filter)
}

/**
 * Whether a topic matches a filter (not a `$share` one: strip its first two levels before).
 * A leading wildcard does not match topics that begin with `$` [MQTT5-4.7.2-1].
 */
export function matchesFilter(filter: string, topic: string): boolean {
  if (topic.charCodeAt(0) === 0x24 && (filter[0] === '+' || filter[0] === '#')) return false
  let at = 0
  let f = 0
  for (;;) {
    const filterEnd = levelEnd(filter, f)
    if (filterEnd - f === 1 && filter[f] === '#') return true
    const topicEnd = levelEnd(topic, at)
    const isAny = filterEnd - f === 1 && filter[f] === '+'
    if (!isAny && filter.slice(f, filterEnd) !== topic.slice(at, topicEnd)) return false
    const filterIsDone = filterEnd === filter.length
    const topicIsDone = topicEnd === topic.length
    if (filterIsDone && topicIsDone) return true
    // `a/#` also matches its parent `a` [MQTT5 4.7.1.2].
    if (topicIsDone) return filter.slice(filterEnd) === '/#'
    if (filterIsDone) return false
    f = filterEnd + 1
    at = topicEnd + 1
  }
}

function levelEnd(text: string, from: number): number {
  const slash = text.indexOf('/', from)
  return slash === -1 ? text.length : slash
}
