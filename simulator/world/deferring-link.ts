// A link that leaves each judgement to another one, which may be another one each time: connections
// live on while what becomes of their segments changes. It does not know who changes it, or why.

import type { Prng } from '@motewire/sdk/kit'
import type { Link } from './link.ts'
import { judgeAll } from './rule.ts'
import type { LinkRule, Verdict } from './rule.ts'

/** @param linkAt the link that holds at a time. */
export function deferringLink(base: Link, linkAt: (atMs: number) => Link): Link {
  const rules = (name: 'up' | 'down' | 'handshake' | 'beginning'): readonly LinkRule[] => [
    new DeferringRule((atMs) => linkAt(atMs)[name]),
  ]
  return {
    ...base,
    up: rules('up'),
    down: rules('down'),
    handshake: rules('handshake'),
    beginning: rules('beginning'),
  }
}

class DeferringRule implements LinkRule {
  readonly #rulesAt: (atMs: number) => readonly LinkRule[]

  constructor(rulesAt: (atMs: number) => readonly LinkRule[]) {
    this.#rulesAt = rulesAt
  }

  judge(bytes: number, atMs: number, prng: Prng): Verdict {
    return judgeAll(this.#rulesAt(atMs), bytes, atMs, prng)
  }

  begin(atMs: number, prng: Prng): number {
    const breaks = this.#rulesAt(atMs).map((rule) => rule.begin?.(atMs, prng) ?? Infinity)
    return Math.min(...breaks)
  }
}
