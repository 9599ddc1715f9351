// Learns for how long a link may be idle before something on the way (a NAT, a firewall, a mobile
// operator) forgets it: the pause between pings grows while pings are answered and falls back when
// one is not. What was learned outlives the connection. Milliseconds. Pure; O(1).
//
//   least ──answered──► x1.5 ──answered──► ... ──unanswered──► settled at the last that worked

export interface IdleProbeOptions {
  /** Pause that always works. Default 30,000. */
  readonly leastMs: number
  /** Longest pause worth having; also the Keep Alive that the server is told. */
  readonly mostMs: number
}

/** Answered pings of one length before a longer one is tried. */
const PROOFS = 3
const STEP = 1.5
/** Unanswered at a length that worked before: the path has changed, learning begins anew. */
const DOUBTS_MAX = 2

export class IdleProbe {
  readonly #options: IdleProbeOptions
  #pauseMs: number
  #provenMs: number
  /** No pause this long works. */
  #ceilingMs = Infinity
  #proofs = 0
  #doubts = 0

  constructor(options: IdleProbeOptions) {
    this.#options = options
    this.#pauseMs = options.leastMs
    this.#provenMs = options.leastMs
  }

  /** The pause to keep now. */
  get pauseMs(): number {
    return this.#pauseMs
  }

  /** A ping after a full pause was answered. */
  handleAnswered(): void {
    this.#doubts = 0
    this.#provenMs = Math.max(this.#provenMs, this.#pauseMs)
    if (++this.#proofs < PROOFS) return
    this.#proofs = 0
    const longer = Math.min(this.#pauseMs * STEP, this.#options.mostMs)
    // Close to what is known to fail there is nothing left to learn.
    if (longer < this.#ceilingMs * 0.95) this.#pauseMs = longer
  }

  /** A ping after a full pause was not answered. */
  handleUnanswered(): void {
    this.#proofs = 0
    if (this.#pauseMs > this.#provenMs) {
      this.#ceilingMs = Math.min(this.#ceilingMs, this.#pauseMs)
      this.#pauseMs = this.#provenMs
      return
    }
    if (++this.#doubts < DOUBTS_MAX) return
    this.#doubts = 0
    this.#ceilingMs = Infinity
    this.#provenMs = this.#options.leastMs
    this.#pauseMs = this.#options.leastMs
  }
}
