// Sees when what was written to a port does not move: the device's flow control holds it, or nobody
// takes it at the far end. A long write at a low speed moves slowly; a driver tells in steps of
// its buffer how far it has come, so no port is called stalled sooner than two such steps take.

import { Task } from '@motewire/sdk'
import type { Clock } from '@motewire/sdk'
import type { LineControl } from '../port/line-control.ts'

/** What can be asked of a port about its bytes. */
export interface WatchedPort {
  /** Bytes that the driver has not taken yet; undefined where it does not tell. */
  pendingBytes?(): number | undefined
  control?(): LineControl | undefined
}

/** What drivers hold: 4 KiB; start and stop bits included, a byte takes ten bits. */
const STEP_BITS = 4_096 * 10
/** Between two looks at a port that is stalled. */
const LOOK_MS = 250

export class StallWatch {
  readonly #port: WatchedPort
  readonly #clock: Clock
  readonly #stallMs: number
  readonly #handleChange: (isStalled: boolean) => void
  readonly #task = new Task((now) => this.#look(now))
  #pendingBytes: number | undefined
  #isStalled = false

  /** @param handleChange told when the bytes stop moving and when they move again. */
  constructor(
    port: WatchedPort,
    clock: Clock,
    stallMs: number,
    handleChange: (isStalled: boolean) => void,
  ) {
    this.#port = port
    this.#clock = clock
    this.#stallMs = stallMs
    this.#handleChange = handleChange
  }

  /** How long bytes may stand still. */
  get patienceMs(): number {
    const baud = this.#port.control?.()?.settings.baud
    return baud === undefined ? this.#stallMs : Math.max(this.#stallMs, 2_000 * (STEP_BITS / baud))
  }

  /** The port has kept what was written. */
  handleBlocked(now: number): void {
    this.#pendingBytes = this.#port.pendingBytes?.()
    this.#clock.schedule(now + this.patienceMs, this.#task)
  }

  /** It has taken all of it. */
  handleDrain(): void {
    this.#clock.cancel(this.#task)
    this.#change(false)
  }

  /** The connection is over. */
  clear(): void {
    this.#clock.cancel(this.#task)
    this.#isStalled = false
  }

  #look(now: number): void {
    const pending = this.#port.pendingBytes?.()
    const hasMoved = pending !== this.#pendingBytes
    this.#pendingBytes = pending
    this.#clock.schedule(now + (hasMoved ? this.patienceMs : LOOK_MS), this.#task)
    this.#change(!hasMoved)
  }

  #change(isStalled: boolean): void {
    if (isStalled === this.#isStalled) return
    this.#isStalled = isStalled
    this.#handleChange(isStalled)
  }
}
