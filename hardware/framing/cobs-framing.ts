// Consistent overhead byte stuffing with a CRC-16: the zero is a mark that occurs nowhere else, at
// the cost of a byte for each 254. Each run of other bytes has its length, plus one, in front; a
// run shorter than 254 stands for a zero behind it, unless it is the last.

import type { FrameHandler, FramingOptions } from './framing.ts'
import { MarkedFraming } from './marked-framing.ts'

const MARK = 0
const LONGEST_RUN = 254

export class CobsFraming extends MarkedFraming {
  /** Bytes of the run that are still to come. */
  #left = 0
  /** Whether the run stands for a zero as well. */
  #hasZero = false

  constructor(handler: FrameHandler, options: FramingOptions = {}) {
    super(handler, options, 1 + 1 / LONGEST_RUN)
  }

  handleBytes(bytes: Uint8Array): void {
    const { incoming } = this
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index]!
      if (byte === MARK) {
        if (this.#left > 0) incoming.isBroken = true
        this.#left = 0
        this.#hasZero = false
        this.finish()
      } else if (this.#left > 0) {
        this.#left--
        incoming.add(byte)
      } else {
        if (this.#hasZero) incoming.add(MARK)
        this.#left = byte - 1
        this.#hasZero = byte <= LONGEST_RUN
      }
    }
  }

  override clear(): void {
    super.clear()
    this.#left = 0
    this.#hasZero = false
  }

  protected encodeChecked(content: Uint8Array): void {
    const { outgoing } = this
    outgoing.add(MARK)
    let start = 0
    for (;;) {
      const end = runEnd(content, start)
      outgoing.add(end - start + 1)
      outgoing.append(content, start, end)
      if (end === content.length) break
      // After a run of full length there is no zero to skip.
      start = end - start === LONGEST_RUN ? end : end + 1
    }
    outgoing.add(MARK)
  }
}

function runEnd(content: Uint8Array, start: number): number {
  const limit = Math.min(start + LONGEST_RUN, content.length)
  let end = start
  while (end < limit && content[end] !== MARK) end++
  return end
}
