// Loss as an application sees it behind TCP: a lost segment is sent again after a wait that doubles
// each time (RFC 6298, 5.5), so loss is a stall, and a connection that gets nothing across for too
// long is given up. In bursts after Gilbert and Elliott: two states with exponential times, each
// with its own loss. The state is drawn from the transition probability over the time since it was
// last looked at, so a quiet link costs nothing.

import type { Prng } from '@motewire/sdk/kit'
import type { BurstSettings } from '../link-settings.ts'
import { DROP } from '../rule.ts'
import type { LinkRule, Verdict } from '../rule.ts'

/** RFC 6298, 2.5: the wait may be bounded, at no less than 60 seconds. */
const RETRANSMIT_MS_MAX = 60_000

export interface LossOptions {
  /** Outside of bursts. */
  readonly lossShare: number
  readonly retransmitMs: number
  readonly giveUpMs: number
}

export class LossRule implements LinkRule {
  readonly #options: LossOptions
  readonly #burst: BurstState | undefined

  /** @param burst shared by both directions of a link. */
  constructor(options: LossOptions, burst: BurstState | undefined) {
    this.#options = options
    this.#burst = burst
  }

  judge(_bytes: number, atMs: number, prng: Prng): Verdict {
    if (!this.#isLost(atMs, prng)) return 0
    const { retransmitMs, giveUpMs } = this.#options
    let stallMs = 0
    let waitMs = retransmitMs
    do {
      stallMs += waitMs
      if (stallMs > giveUpMs) return DROP
      waitMs = Math.min(waitMs * 2, RETRANSMIT_MS_MAX)
    } while (this.#isLost(atMs + stallMs, prng))
    return stallMs
  }

  #isLost(atMs: number, prng: Prng): boolean {
    const isBad = this.#burst?.isBad(atMs, prng) ?? false
    const share = isBad ? this.#burst!.lossShare : this.#options.lossShare
    return share > 0 && prng.unit() < share
  }
}

export class BurstState {
  readonly lossShare: number
  /** Share of bad time in the long run. */
  readonly #badShare: number
  /** Rate at which the past is forgotten, 1/ms. */
  readonly #decay: number
  #isBad = false
  #atMs = -Infinity

  constructor({ goodMs, badMs, lossShare }: BurstSettings) {
    this.lossShare = lossShare
    this.#badShare = badMs / (goodMs + badMs)
    this.#decay = 1 / goodMs + 1 / badMs
  }

  /** Looking back, which the two directions do a little, answers the state last drawn. */
  isBad(atMs: number, prng: Prng): boolean {
    const elapsedMs = atMs - this.#atMs
    if (elapsedMs <= 0) return this.#isBad
    const memory = Math.exp(-elapsedMs * this.#decay)
    const chance = this.#badShare + ((this.#isBad ? 1 : 0) - this.#badShare) * memory
    this.#isBad = prng.unit() < chance
    this.#atMs = atMs
    return this.#isBad
  }
}
