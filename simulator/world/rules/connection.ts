// What can happen to a connection as a whole: it is cut for no reason, a NAT on the way forgets it
// after a silence, an attempt takes longer or is refused.

import type { Prng } from '@motewire/sdk/kit'
import { CUT, DROP, PASS } from '../rule.ts'
import type { LinkRule, Verdict } from '../rule.ts'

/** Cuts connections at random, with an exponential time between begin and end. */
export class CutRule implements LinkRule {
  readonly #meanMs: number

  constructor(meanMs: number) {
    this.#meanMs = meanMs
  }

  judge(): Verdict {
    return PASS
  }

  begin(atMs: number, prng: Prng): number {
    return atMs + prng.exponential(this.#meanMs)
  }
}

/** One a link, in both of its directions: what passes either way keeps the entry alive. */
export class NatRule implements LinkRule {
  readonly #idleMs: number
  #passedAtMs = 0
  #hasForgotten = false

  constructor(idleMs: number) {
    this.#idleMs = idleMs
  }

  begin(atMs: number): number {
    this.#passedAtMs = atMs
    this.#hasForgotten = false
    return Infinity
  }

  judge(_bytes: number, atMs: number): Verdict {
    if (this.#hasForgotten || atMs - this.#passedAtMs > this.#idleMs) {
      this.#hasForgotten = true
      return DROP
    }
    if (atMs > this.#passedAtMs) this.#passedAtMs = atMs
    return PASS
  }
}

/** For attempts only: more time, and now and then a refusal. */
export class HandshakeRule implements LinkRule {
  readonly #delayMs: number
  readonly #refuseShare: number

  constructor(delayMs: number, refuseShare: number) {
    this.#delayMs = delayMs
    this.#refuseShare = refuseShare
  }

  judge(_bytes: number, _atMs: number, prng: Prng): Verdict {
    const isRefused = this.#refuseShare > 0 && prng.chance(this.#refuseShare)
    return isRefused ? CUT : this.#delayMs
  }
}
