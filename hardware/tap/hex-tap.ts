// A hex dump with times, a line for at most sixteen bytes of one direction:
//
//   12:00:00.123 rx 48 65 6c 6c 6f 0a                                |Hello.|
//
// A line ends early when the other direction has something, or nothing more comes for a while.

import { Task } from '@motewire/sdk'
import type { Clock } from '@motewire/sdk'
import { timeText } from '../wall-time.ts'
import type { Direction, Tap, WriteLine } from './tap.ts'

const LINE_BYTES = 16
/** Longer than the gaps that a USB converter makes, shorter than a person waits. */
const GAP_MS = 50

export class HexTap implements Tap {
  readonly #write: WriteLine
  readonly #clock: Clock
  readonly #line = new Uint8Array(LINE_BYTES)
  readonly #task = new Task(() => this.#end())
  #length = 0
  #direction: Direction = 'rx'
  #time = ''

  constructor(write: WriteLine, clock: Clock) {
    this.#write = write
    this.#clock = clock
  }

  handleOpen(): void {}

  handleBytes(direction: Direction, bytes: Uint8Array): void {
    if (direction !== this.#direction) this.#end()
    this.#direction = direction
    for (let start = 0; start < bytes.length;) {
      if (this.#length === 0) this.#time = timeText(this.#clock)
      const part = bytes.subarray(start, start + LINE_BYTES - this.#length)
      this.#line.set(part, this.#length)
      this.#length += part.length
      start += part.length
      if (this.#length === LINE_BYTES) this.#end()
    }
    if (this.#length > 0) this.#clock.schedule(this.#clock.now() + GAP_MS, this.#task)
  }

  handleClose(): void {
    this.#end()
  }

  close(): Promise<void> {
    this.#end()
    return Promise.resolve()
  }

  #end(): void {
    this.#clock.cancel(this.#task)
    if (this.#length === 0) return
    const bytes = this.#line.subarray(0, this.#length)
    this.#length = 0
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const width = 3 * LINE_BYTES - 1
    this.#write(this.#time, `${this.#direction} ${hex.padEnd(width)} |${printable(bytes)}|`)
  }
}

/** ASCII as it is; a point for everything else. */
export function printable(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'
  }).join('')
}
