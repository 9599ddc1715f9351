// A link that somebody switches while the devices run: all of them move to the other kind at once,
// connections included. What a link remembers (a burst of loss, a queue of bytes) begins anew with
// each kind. It does not know who switches it. O(devices) memory for one kind of link at a time.

import type { Prng } from '@motewire/sdk/kit'
import { deferringLink } from './deferring-link.ts'
import type { Link, LinkSource } from './link.ts'

export class SwitchedLink implements LinkSource {
  #source: LinkSource
  #switches = 0

  constructor(source: LinkSource) {
    this.#source = source
  }

  /** Holds from the next segment on. */
  switchTo(source: LinkSource): void {
    this.#source = source
    this.#switches++
  }

  link(prng: Prng, originMs: number): Link {
    const first = this.#source.link(prng, originMs)
    let link = first
    let switches = this.#switches
    return deferringLink(first, () => {
      if (switches !== this.#switches) {
        switches = this.#switches
        link = this.#source.link(prng.fork(`switch/${switches}`), originMs)
      }
      return link
    })
  }
}
