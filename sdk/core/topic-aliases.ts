// Topic aliases of one connection, both ways [MQTT5 3.3.2.3.4]. Inbound: what the server assigned.
// Outbound: which topics are worth an alias of ours. Both are sized by what the peers agreed on and
// die with the connection. It knows no packets.

/** Aliases the server has assigned; at most as many as we announced. */
export class InboundAliases {
  readonly #max: number
  #topics: Map<number, string> | undefined

  constructor(aliasesMax: number) {
    this.#max = aliasesMax
  }

  /** The topic of a PUBLISH that carries `alias`; undefined when the server may not say that. */
  resolve(alias: number, topic: string): string | undefined {
    if (alias > this.#max) return undefined
    if (topic === '') return this.#topics?.get(alias)
    this.#topics ??= new Map()
    this.#topics.set(alias, topic)
    return topic
  }
}

/**
 * Assigns aliases to the topics used most recently. Once all are given away, a topic must have come
 * twice before it takes the place of the one unused for longest: topics that come once would
 * otherwise throw out those that come often. O(1).
 */
export class OutboundAliases {
  readonly #max: number
  /** In the order of use, the least recently used first. */
  readonly #aliases = new Map<string, number>()
  /** Topics that came once since all aliases were given away; as many as there are aliases. */
  readonly #candidates = new Set<string>()

  constructor(aliasesMax: number) {
    this.#max = aliasesMax
  }

  /**
   * The alias of a topic: positive when the server knows it already, negative when the topic has to
   * be told along with it, 0 for none.
   */
  take(topic: string): number {
    const known = this.#aliases.get(topic)
    if (known !== undefined) {
      this.#aliases.delete(topic)
      this.#aliases.set(topic, known)
      return known
    }
    if (this.#aliases.size < this.#max) {
      const fresh = this.#aliases.size + 1
      this.#aliases.set(topic, fresh)
      return -fresh
    }
    if (!this.#candidates.delete(topic)) {
      if (this.#candidates.size >= this.#max) this.#candidates.clear()
      this.#candidates.add(topic)
      return 0
    }
    return this.#replaceOldest(topic)
  }

  #replaceOldest(topic: string): number {
    for (const [oldest, alias] of this.#aliases) {
      this.#aliases.delete(oldest)
      this.#aliases.set(topic, alias)
      return -alias
    }
    return 0
  }
}
