// A link that somebody switches while the devices run: all of them move to the other kind at once,
// connections included, but for those that were given a link of their own. What a link remembers (a
// burst of loss, a queue of bytes) begins anew with each kind. It does not know who switches it.
// O(devices) memory for one kind of link at a time.

import type { Prng } from '@motewire/sdk/kit'
import { deferringLink } from './deferring-link.ts'
import type { Link, LinkSource } from './link.ts'

export class SwitchedLink implements LinkSource {
  #common: LinkSource
  readonly #own = new Map<string, LinkSource>()

  constructor(source: LinkSource) {
    this.#common = source
  }

  /** Holds from the next segment on, for all that have no link of their own. */
  switchTo(source: LinkSource): void {
    this.#common = source
  }

  /** @param source of this device alone; undefined: it goes with the others again. */
  switchDevice(clientId: string, source: LinkSource | undefined): void {
    if (source === undefined) this.#own.delete(clientId)
    else this.#own.set(clientId, source)
  }

  link(prng: Prng, originMs: number, clientId: string = ''): Link {
    let source = this.#sourceOf(clientId)
    const first = source.link(prng, originMs)
    let link = first
    let switches = 0
    return deferringLink(first, () => {
      const wanted = this.#sourceOf(clientId)
      if (wanted !== source) {
        source = wanted
        link = source.link(prng.fork(`switch/${++switches}`), originMs)
      }
      return link
    })
  }

  #sourceOf(clientId: string): LinkSource {
    return this.#own.get(clientId) ?? this.#common
  }
}
