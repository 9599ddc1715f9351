// Cuts what one peer sends into the entries of the log: as it comes, or by a framing. Wraps the
// framings of lines and frames, and adds silence as a mark. Times are those of the clock.

import { LineFraming, makeFraming } from '@motewire/hardware'
import type { FrameHandler, Framing } from '@motewire/hardware'
import { Task } from '@motewire/sdk'
import type { Clock } from '@motewire/sdk'
import type { LinkFraming } from '../link-views.ts'

/** Bytes of an entry; what is longer is cut, or damaged where frames have ends. */
const ENTRY_BYTES_MAX = 65_536

export class Cutter {
  readonly #clock: Clock
  readonly #framing: Framing | undefined
  readonly #gapMs: number | undefined
  readonly #emit: (bytes: Uint8Array) => void
  readonly #task = new Task((now) => this.#handleTimeout(now))
  #pieces: Uint8Array[] = []
  #bytes = 0

  /** @param emit gets entries, borrowed. */
  constructor(
    framing: LinkFraming,
    gapMs: number,
    clock: Clock,
    emit: (bytes: Uint8Array) => void,
  ) {
    this.#clock = clock
    this.#emit = emit
    this.#gapMs = framing === 'gap' ? gapMs : undefined
    this.#framing = framingOf(framing, { handleFrame: emit })
  }

  get damaged(): number {
    return this.#framing?.snapshot().damaged ?? 0
  }

  handleBytes(bytes: Uint8Array): void {
    const now = this.#clock.now()
    if (this.#gapMs !== undefined) this.#collect(bytes, now + this.#gapMs)
    else if (this.#framing !== undefined) {
      this.#framing.handleBytes(bytes, now)
      this.#follow()
    } else this.#emit(bytes)
  }

  stop(): void {
    this.#clock.cancel(this.#task)
    this.#flush()
  }

  #collect(bytes: Uint8Array, due: number): void {
    if (this.#bytes + bytes.length > ENTRY_BYTES_MAX) this.#flush()
    this.#pieces.push(Uint8Array.from(bytes))
    this.#bytes += bytes.length
    this.#clock.cancel(this.#task)
    this.#clock.schedule(due, this.#task)
  }

  #handleTimeout(now: number): void {
    this.#flush()
    this.#framing?.handleTimeout(now)
    this.#follow()
  }

  #follow(): void {
    const due = this.#framing?.pollTimeout() ?? Infinity
    this.#clock.cancel(this.#task)
    if (due !== Infinity) this.#clock.schedule(due, this.#task)
  }

  #flush(): void {
    if (this.#bytes === 0) return
    const bytes = Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#bytes = 0
    this.#emit(bytes)
  }
}

function framingOf(kind: LinkFraming, handler: FrameHandler): Framing | undefined {
  switch (kind) {
    case 'raw':
    case 'gap':
      return undefined
    case 'line':
      return new LineFraming(handler, { frameBytesMax: ENTRY_BYTES_MAX })
    case 'slip':
    case 'cobs':
    case 'length':
      return makeFraming(kind, handler)
  }
}
