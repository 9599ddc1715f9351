// Which entries match a topic: a tree of topic levels with `+` and `#` as branches. Entries are
// kept in the order of insertion, so that the same history gives the same deliveries. It does not
// know what an entry is. Adding and removing is O(levels); matching O(levels) plus the branches
// walked.

interface Node<Entry> {
  readonly children: Map<string, Node<Entry>>
  readonly entries: Set<Entry>
}

function emptyNode<Entry>(): Node<Entry> {
  return { children: new Map(), entries: new Set() }
}

export class TopicTree<Entry> {
  readonly #root: Node<Entry> = emptyNode()

  add(filter: string, entry: Entry): void {
    let node = this.#root
    for (const level of filter.split('/')) {
      let child = node.children.get(level)
      if (child === undefined) {
        child = emptyNode()
        node.children.set(level, child)
      }
      node = child
    }
    node.entries.add(entry)
  }

  remove(filter: string, entry: Entry): void {
    const path: [Node<Entry>, string][] = []
    let node = this.#root
    for (const level of filter.split('/')) {
      const child = node.children.get(level)
      if (child === undefined) return
      path.push([node, level])
      node = child
    }
    node.entries.delete(entry)
    // Branches that hold nothing are cut, so that filters which come and go cost nothing.
    for (let i = path.length - 1; i >= 0; i--) {
      const [parent, level] = path[i]!
      const child = parent.children.get(level)!
      if (child.entries.size > 0 || child.children.size > 0) return
      parent.children.delete(level)
    }
  }

  /** All entries whose filter matches. A leading wildcard does not match `$...` [MQTT5-4.7.2-1]. */
  match(topic: string): Entry[] {
    const found: Entry[] = []
    const levels = topic.split('/')
    walk(this.#root, levels, 0, topic.startsWith('$'), found)
    return found
  }
}

function walk<Entry>(
  node: Node<Entry>,
  levels: readonly string[],
  at: number,
  isSystem: boolean,
  found: Entry[],
): void {
  const wildcardsCount = !(isSystem && at === 0)
  // `a/#` also matches `a` [MQTT5 4.7.1.2].
  if (wildcardsCount) take(node.children.get('#'), found)
  if (at === levels.length) {
    take(node, found)
    return
  }
  const exact = node.children.get(levels[at]!)
  if (exact !== undefined) walk(exact, levels, at + 1, isSystem, found)
  const any = wildcardsCount ? node.children.get('+') : undefined
  if (any !== undefined) walk(any, levels, at + 1, isSystem, found)
}

function take<Entry>(node: Node<Entry> | undefined, found: Entry[]): void {
  if (node === undefined) return
  for (const entry of node.entries) found.push(entry)
}
