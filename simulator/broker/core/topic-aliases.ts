// Topic aliases of one connection, each direction apart [MQTT5 3.3.2.3.4]. Inbound: what the client
// said an alias stands for. Outbound: the first topics that a receiver gets take its aliases, in
// order, and keep them. Bound: the maximum that was announced. O(1).

const ALIASES_OUT_MAX = 64

export class InboundAliases {
  readonly #max: number
  #topics: (string | undefined)[] | undefined

  constructor(max: number) {
    this.#max = max
  }

  /** The topic that is meant; undefined when the alias is beyond the maximum or not set yet. */
  resolve(alias: number, topic: string): string | undefined {
    if (alias > this.#max) return undefined
    if (topic === '') return this.#topics?.[alias]
    this.#topics ??= []
    this.#topics[alias] = topic
    return topic
  }
}

/** An alias and whether the receiver knows its topic already. */
export interface AliasUse {
  readonly alias: number
  readonly isKnown: boolean
}

export class OutboundAliases {
  readonly #max: number
  readonly #uses = new Map<string, AliasUse>()

  /** @param max Topic Alias Maximum of the receiver; 64 at most are used. */
  constructor(max: number) {
    this.#max = Math.min(max, ALIASES_OUT_MAX)
  }

  /** The alias to send with a topic; undefined when all are taken by other topics. */
  use(topic: string): AliasUse | undefined {
    const known = this.#uses.get(topic)
    if (known !== undefined) return known
    if (this.#uses.size >= this.#max) return undefined
    const alias = this.#uses.size + 1
    this.#uses.set(topic, { alias, isKnown: true })
    return { alias, isKnown: false }
  }

  /** The packet that would have told the receiver was not sent; only right after `use`. */
  forget(topic: string): void {
    const last = this.#uses.get(topic)
    if (last?.alias === this.#uses.size) this.#uses.delete(topic)
  }
}
