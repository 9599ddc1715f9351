// A link that is another one for a while: a fleet moves into a tunnel, an operator switches a cell
// off. Each device draws once whether it is concerned. Connections live on over a change; only what
// becomes of their segments changes. It does not know how the links themselves are made.

import type { Prng } from '@motewire/sdk/kit'
import { deferringLink } from './deferring-link.ts'
import type { Link, LinkSource } from './link.ts'

export interface LinkChange {
  /** After the run began. */
  readonly atMs: number
  readonly durationMs: number
  /** Part of the devices that have it. */
  readonly share: number
  readonly source: LinkSource
}

interface Phase {
  readonly fromMs: number
  readonly untilMs: number
  readonly link: Link
}

export class ChangingLink implements LinkSource {
  readonly #usual: LinkSource
  readonly #changes: readonly LinkChange[]

  /** @param changes of two at the same time the later one holds. */
  constructor(usual: LinkSource, changes: readonly LinkChange[]) {
    this.#usual = usual
    this.#changes = changes
  }

  link(prng: Prng, originMs: number): Link {
    const usual = this.#usual.link(prng, originMs)
    const phases = this.#changes.flatMap(({ atMs, durationMs, share, source }): Phase[] => {
      const own = prng.fork(`change/${atMs}`)
      if (own.unit() >= share) return []
      const fromMs = originMs + atMs
      return [{ fromMs, untilMs: fromMs + durationMs, link: source.link(own, originMs) }]
    })
    if (phases.length === 0) return usual
    return deferringLink(usual, (atMs) => {
      const phase = phases.findLast(({ fromMs, untilMs }) => atMs >= fromMs && atMs < untilMs)
      return phase?.link ?? usual
    })
  }
}
