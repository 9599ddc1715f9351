// Keepalive of one connection. Two idle clocks: a PINGREQ is due when nothing was sent for the
// interval [MQTT5-3.1.2-20], and also when nothing came back for it, so that a client that only
// sends still notices a dead peer. Any inbound byte is a sign of life. The wait for PINGRESP is
// counted from the moment the PINGREQ really left, and as long as the round trips seen so far
// suggest. While the driver does not read, silence is no fault of the peer's. Milliseconds.

import type { IdleProbe } from './idle-probe.ts'
import type { RoundTrip } from './round-trip.ts'

/** A ping leaves this long before the interval ends, so that it arrives within it. */
const MARGIN_MS_MAX = 1_000
/** Shortest wait for PINGRESP, however fast the link was so far. */
const PATIENCE_MS_MIN = 2_000

export class Keepalive {
  readonly #roundTrip: RoundTrip
  readonly #probe: IdleProbe | undefined
  #intervalMs = 0
  #timeoutMs = 0
  #sentAtMs = 0
  #receivedAtMs = 0
  #isWaiting = false
  #isReading = true
  /** The ping was asked for, not brought about by silence: it proves nothing about idle links. */
  #isDemanded = false
  /** When the outstanding PINGREQ left; Infinity while it is still in our buffers. */
  #pingLeftAtMs = Infinity

  constructor(roundTrip: RoundTrip, probe: IdleProbe | undefined) {
    this.#roundTrip = roundTrip
    this.#probe = probe
  }

  /**
   * @param intervalMs 0 switches keepalive off.
   * @param timeoutMs longest wait for a sign of life.
   */
  start(intervalMs: number, timeoutMs: number, now: number): void {
    this.#intervalMs = intervalMs - Math.min(MARGIN_MS_MAX, intervalMs / 4)
    this.#timeoutMs = timeoutMs
    this.#sentAtMs = now
    this.#receivedAtMs = now
    this.#isWaiting = false
    this.#isReading = true
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

  handlePingresp(now: number): void {
    if (!this.#isWaiting) return
    this.#isWaiting = false
    if (this.#pingLeftAtMs !== Infinity) this.#roundTrip.sample(now - this.#pingLeftAtMs)
    if (!this.#isDemanded) this.#probe?.handleAnswered()
  }

  /** The PINGREQ that was due has been put into the transmit buffer. */
  handlePingQueued(): void {
    this.#isDemanded = false
    this.#isWaiting = true
    this.#pingLeftAtMs = Infinity
  }

  /** Looks at the peer now, whatever the clocks say: the machine slept, or the network changed. */
  demandPing(): boolean {
    if (this.#isWaiting) return false
    this.handlePingQueued()
    this.#isDemanded = true
    return true
  }

  /** Whether the driver reads: what is not read cannot show that the peer lives. */
  setReading(isReading: boolean, now: number): void {
    this.#isReading = isReading
    if (isReading) this.#receivedAtMs = now
  }

  isPingDue(now: number): boolean {
    if (this.#isOff || this.#isWaiting) return false
    return now >= this.#dueMs()
  }

  /** Whether the peer has been silent for too long after a PINGREQ. */
  isExpired(now: number): boolean {
    return this.#isWaiting && this.#isReading && now >= this.#lifeEndsMs()
  }

  /** The peer was given up for its silence. */
  handleExpired(): void {
    if (!this.#isDemanded) this.#probe?.handleUnanswered()
  }

  deadlineMs(): number {
    if (this.#isWaiting) return this.#isReading ? this.#lifeEndsMs() : Infinity
    return this.#isOff ? Infinity : this.#dueMs()
  }

  get #isOff(): boolean {
    return this.#intervalMs === 0
  }

  #dueMs(): number {
    const pause = Math.min(this.#intervalMs, this.#probe?.pauseMs ?? Infinity)
    const heardAt = this.#isReading ? this.#receivedAtMs : this.#sentAtMs
    return Math.min(this.#sentAtMs, heardAt) + pause
  }

  /**
   * While the ping still waits behind other bytes the time since the last sign of progress counts,
   * so that a link that takes nothing at all is given up too.
   */
  #lifeEndsMs(): number {
    const hasLeft = this.#pingLeftAtMs !== Infinity
    const since = hasLeft ? this.#pingLeftAtMs : this.#sentAtMs
    const patience = hasLeft
      ? this.#roundTrip.patienceMs(Math.min(PATIENCE_MS_MIN, this.#timeoutMs), this.#timeoutMs)
      : this.#timeoutMs
    return Math.max(since, this.#receivedAtMs) + patience
  }
}
