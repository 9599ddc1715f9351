// Times without a way through, by schedule. A silent outage holds bytes back until it is over, as
// TCP goes on repeating them; what would wait longer than TCP does never arrives. One that cuts
// breaks connections at its begin and refuses new ones. Each device draws once whether it is
// concerned and by how much its outages are shifted.

import type { Prng } from '@motewire/sdk/kit'
import type { OutageSettings } from '../link-settings.ts'
import { CUT, DROP } from '../rule.ts'
import type { LinkRule, Verdict } from '../rule.ts'

export class OutageRule implements LinkRule {
  readonly #startMs: number
  readonly #durationMs: number
  readonly #everyMs: number
  readonly #cuts: boolean
  readonly #giveUpMs: number

  /**
   * @param originMs when the run began, on the clock of the link.
   * @param prng gives the device's draws; used here only.
   */
  constructor(outage: OutageSettings, giveUpMs: number, originMs: number, prng: Prng) {
    const { startMs, durationMs, everyMs = Infinity, spreadMs = 0, share = 1 } = outage
    const isConcerned = prng.unit() < share
    const shiftMs = spreadMs === 0 ? 0 : prng.between(-spreadMs, spreadMs)
    this.#startMs = isConcerned ? originMs + startMs + shiftMs : Infinity
    this.#durationMs = durationMs
    this.#everyMs = everyMs
    this.#cuts = outage.how === 'cut'
    this.#giveUpMs = giveUpMs
  }

  judge(_bytes: number, atMs: number): Verdict {
    if (atMs < this.#startMs) return 0
    const leftMs = this.#durationMs - this.#sinceStart(atMs)
    if (leftMs <= 0) return 0
    if (this.#cuts) return CUT
    return leftMs > this.#giveUpMs ? DROP : leftMs
  }

  begin(atMs: number): number {
    if (!this.#cuts) return Infinity
    if (atMs < this.#startMs) return this.#startMs
    return atMs - this.#sinceStart(atMs) + this.#everyMs
  }

  /** Since the last begin. */
  #sinceStart(atMs: number): number {
    const elapsedMs = atMs - this.#startMs
    return this.#everyMs === Infinity ? elapsedMs : elapsedMs % this.#everyMs
  }
}
