// Keepalive of one connection. Two idle clocks: a PINGREQ is due when nothing was sent for the
// interval [MQTT5-3.1.2-20], and also when nothing came back for it, so that a client that only
// sends still notices a dead peer. Any inbound byte is a sign of life. The wait for PINGRESP is
// counted from the moment the PINGREQ really left. Unit: milliseconds.

/** A ping leaves this long before the interval ends, so that it arrives within it. */
const MARGIN_MS_MAX = 1_000

export class Keepalive {
  #intervalMs = 0
  #timeoutMs = 0
  #sentAtMs = 0
  #receivedAtMs = 0
  #isWaiting = false
  /** When the outstanding PINGREQ left; Infinity while it is still in our buffers. */
  #pingLeftAtMs = Infinity

  /**
   * @param intervalMs 0 switches keepalive off. @param timeoutMs longest wait for a sign of life.
   */
  start(intervalMs: number, timeoutMs: number, now: number): void {
    this.#intervalMs = intervalMs - Math.min(MARGIN_MS_MAX, intervalMs / 4)
    this.#timeoutMs = timeoutMs
    this.#sentAtMs = now
    this.#receivedAtMs = now
    this.#isWaiting = false
  }

  stop(): void {
    this.#intervalMs = 0
    this.#isWaiting = false
  }

  /** Bytes left for the network. */
  handleSent(now: number): void {
    this.#sentAtMs = now
    if (this.#isWaiting && this.#pingLeftAtMs === Infinity) this.#pingLeftAtMs = now
  }

  handleReceived(now: number): void {
    this.#receivedAtMs = now
  }

  handlePingresp(): void {
    this.#isWaiting = false
  }

  /** The PINGREQ that was due has been put into the transmit buffer. */
  handlePingQueued(): void {
    this.#isWaiting = true
    this.#pingLeftAtMs = Infinity
  }

  isPingDue(now: number): boolean {
    if (this.#intervalMs === 0 || this.#isWaiting) return false
    return now >= Math.min(this.#sentAtMs, this.#receivedAtMs) + this.#intervalMs
  }

  /** Whether the peer has been silent for too long after a PINGREQ. */
  isExpired(now: number): boolean {
    return this.#isWaiting && now >= this.#lifeEndsMs()
  }

  deadlineMs(): number {
    if (this.#intervalMs === 0) return Infinity
    if (this.#isWaiting) return this.#lifeEndsMs()
    return Math.min(this.#sentAtMs, this.#receivedAtMs) + this.#intervalMs
  }

  /**
   * While the ping still waits behind other bytes the time since the last sign of progress counts,
   * so that a link that takes nothing at all is given up too.
   */
  #lifeEndsMs(): number {
    const since = this.#pingLeftAtMs === Infinity ? this.#sentAtMs : this.#pingLeftAtMs
    return Math.max(since, this.#receivedAtMs) + this.#timeoutMs
  }
}
