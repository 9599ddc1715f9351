// Finds the message that makes a server close the connection, again and again, so that it is set
// aside instead of blocking everything behind it. Connections that the server closed without having
// confirmed anything arouse suspicion; then messages go one at a time, and one that is the only one
// out there each time is the culprit. It knows no bytes and no time. Pure.

/** Barren connections in a row after which messages go one at a time. */
const BARREN_MAX = 2
/** Times one message may be alone when the server closes. */
const ALONE_MAX = 3

export class Suspicion {
  #barren = 0
  #suspect = 0
  #timesAlone = 0

  /** How many messages may be out there at once; Infinity while nothing is suspected. */
  get windowMax(): number {
    return this.#barren >= BARREN_MAX ? 1 : Infinity
  }

  /** The server has confirmed a message. */
  handleProgress(): void {
    if (this.#barren > 0) this.#clear()
  }

  /**
   * The server closed the connection without having confirmed any of the messages in flight.
   * @param first number that identifies the first message in flight on the connection.
   * @param inflight how many there were.
   * @returns whether that message is to be set aside.
   */
  handleBarren(first: number, inflight: number): boolean {
    this.#barren++
    if (inflight > 1) return false
    if (first !== this.#suspect) {
      this.#suspect = first
      this.#timesAlone = 0
    }
    if (++this.#timesAlone < ALONE_MAX) return false
    this.#clear()
    return true
  }

  #clear(): void {
    this.#barren = 0
    this.#suspect = 0
    this.#timesAlone = 0
  }
}
