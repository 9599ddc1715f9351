// One open stream of server-sent events. A reader slower than the writer misses snapshots; it never
// makes us keep more than one of them. A reader that takes nothing for a minute is closed, and its
// page connects anew. It does not know what the events mean.

import type { Writable } from 'node:stream'
import { SKIPPED_MAX } from '../limits.ts'

export class EventStream {
  readonly #target: Writable
  readonly #mayRead: () => boolean
  #isFull = false
  #skipped = 0

  /** @param mayRead asked before each event; `false` ends the stream. */
  constructor(target: Writable, mayRead: () => boolean) {
    this.#target = target
    this.#mayRead = mayRead
    target.on('drain', () => {
      this.#isFull = false
      this.#skipped = 0
    })
    // The page comes back after two seconds when the stream breaks.
    target.write('retry: 2000\n\n')
  }

  /** Sends the event, or leaves it out when the reader still has to take the one before. */
  offer(event: string, json: string): void {
    if (this.#target.destroyed) return
    if (!this.#mayRead()) return this.end()
    if (this.#isFull) {
      this.#skipped++
      if (this.#skipped >= SKIPPED_MAX) this.#target.destroy()
      return
    }
    this.#isFull = !this.#target.write(`event: ${event}\ndata: ${json}\n\n`)
  }

  end(): void {
    this.#target.end()
  }
}
