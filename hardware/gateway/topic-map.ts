// Topics of a device to those of the broker and back: the first rule whose prefix fits replaces it.
// Filters are mapped like topics, so a rule's prefix must be there literally. O(rules).

export interface TopicRule {
  /** What the device's topics begin with; empty: any. */
  readonly device: string
  /** What stands there instead on the broker. */
  readonly broker: string
}

export class TopicMap {
  readonly #rules: readonly TopicRule[]

  constructor(rules: readonly TopicRule[] = []) {
    this.#rules = rules
  }

  /** Without a rule that fits, topics stay as they are. */
  toBroker(topic: string): string {
    const rule = this.#rules.find(({ device }) => topic.startsWith(device))
    return rule === undefined ? topic : rule.broker + topic.slice(rule.device.length)
  }

  toDevice(topic: string): string {
    const rule = this.#rules.find(({ broker }) => topic.startsWith(broker))
    return rule === undefined ? topic : rule.device + topic.slice(rule.broker.length)
  }
}
