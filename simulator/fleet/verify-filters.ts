// The topic filters under which all messages of a fleet come in, each once: what stands for a
// device in a topic becomes `+`, and filters that share topics become one, because some brokers
// send a message once for every filter that it matches. Pure; O(streams^2 x levels).

/** @param topics templates. */
export function filtersFor(topics: readonly string[]): string[] {
  const filters: string[][] = []
  for (const topic of topics) {
    let levels = topic.split('/').map((level) => (level.includes('{') ? '+' : level))
    // A wider filter may share topics with others that stood beside it.
    for (;;) {
      const at = filters.findIndex((other) => overlap(levels, other))
      if (at === -1) break
      const [other = []] = filters.splice(at, 1)
      levels = levels.map((level, depth) => (level === other[depth] ? level : '+'))
    }
    filters.push(levels)
  }
  return filters.map((levels) => levels.join('/'))
}

function overlap(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false
  return one.every((level, depth) => {
    return level === '+' || other[depth] === '+' || level === other[depth]
  })
}
