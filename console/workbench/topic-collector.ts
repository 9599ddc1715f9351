// Which topics were heard, how often, and which of them the broker keeps a message for. Bound:
// the topic that was silent longest is forgotten. It knows no client. A look at a branch is
// O(topics kept).

import type { BranchView } from '../workbench-views.ts'

interface Heard {
  messages: number
  isRetained: boolean
  /** Number of its newest message. */
  newest: number
}

export class TopicCollector {
  readonly #topicsMax: number
  readonly #topics = new Map<string, Heard>()

  constructor(topicsMax: number) {
    this.#topicsMax = topicsMax
  }

  get size(): number {
    return this.#topics.size
  }

  /** @returns the number of the message before it, 0 for none. */
  add(topic: string, sequence: number, retain: boolean, isEmpty: boolean): number {
    const heard = this.#topics.get(topic) ?? { messages: 0, isRetained: false, newest: 0 }
    const before = heard.newest
    this.#topics.delete(topic)
    this.#topics.set(topic, heard)
    heard.messages++
    heard.newest = sequence
    if (retain) heard.isRetained = !isEmpty
    if (this.#topics.size > this.#topicsMax) {
      const oldest = this.#topics.keys().next()
      if (oldest.done !== true) this.#topics.delete(oldest.value)
    }
    return before
  }

  /** Topics at and below the path that hold a retained message; '' is all of them. */
  retainedBelow(path: string): string[] {
    return [...this.#topics]
      .filter(([topic, { isRetained }]) => isRetained && isBelow(topic, path))
      .map(([topic]) => topic)
  }

  forgetRetained(topic: string): void {
    const heard = this.#topics.get(topic)
    if (heard !== undefined) heard.isRetained = false
  }

  /** The levels right below `path` that have a topic which contains `search`, by name. */
  branches(path: string, search: string, limit: number): BranchView[] {
    const part = search.toLowerCase()
    const start = path === '' ? '' : `${path}/`
    const levels = new Map<string, Level>()
    for (const [topic, heard] of this.#topics) {
      if (!topic.startsWith(start) || !topic.toLowerCase().includes(part)) continue
      const end = topic.indexOf('/', start.length)
      const name = topic.slice(start.length, end === -1 ? undefined : end)
      const level = levels.get(name) ?? emptyLevel(name, start + name)
      levels.set(name, level)
      level.topics++
      level.messages += heard.messages
      level.retained += Number(heard.isRetained)
      level.hasChildren ||= end !== -1
    }
    const byName = new Intl.Collator('en', { numeric: true })
    return [...levels.values()]
      .toSorted((one, other) => byName.compare(one.name, other.name))
      .slice(0, limit)
  }
}

function isBelow(topic: string, path: string): boolean {
  return path === '' || topic === path || topic.startsWith(`${path}/`)
}

type Level = { -readonly [Key in keyof BranchView]: BranchView[Key] }

function emptyLevel(name: string, path: string): Level {
  return { name, path, topics: 0, messages: 0, retained: 0, hasChildren: false }
}
