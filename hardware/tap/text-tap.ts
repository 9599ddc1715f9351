// What the device says, as it says it: for a terminal. With times, each line begins with the time
// at which its first byte came. What goes to the device is not shown; one that echoes shows it.

import type { Clock } from '@motewire/sdk'
import { timeText } from '../wall-time.ts'
import type { Direction, Tap } from './tap.ts'

const LINE_FEED = 0x0a

export class TextTap implements Tap {
  readonly #write: (bytes: Uint8Array) => void
  readonly #clock: Clock | undefined
  #isLineStart = true

  /** @param clock undefined: no times. @param write gets bytes that are borrowed. */
  constructor(write: (bytes: Uint8Array) => void, clock?: Clock) {
    this.#write = write
    this.#clock = clock
  }

  handleOpen(): void {}

  handleBytes(direction: Direction, bytes: Uint8Array): void {
    if (direction === 'tx') return
    if (this.#clock === undefined) {
      this.#write(bytes)
      return
    }
    for (let start = 0; start < bytes.length;) {
      const feed = bytes.indexOf(LINE_FEED, start)
      const end = feed === -1 ? bytes.length : feed + 1
      if (this.#isLineStart) this.#write(Buffer.from(`${timeText(this.#clock)} `))
      this.#write(bytes.subarray(start, end))
      this.#isLineStart = feed !== -1
      start = end
    }
  }

  handleClose(): void {
    if (this.#clock !== undefined && !this.#isLineStart) this.#write(Buffer.from('\n'))
    this.#isLineStart = true
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
