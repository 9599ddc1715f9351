// What devices have handed to their clients and not heard of since. A client holds a payload by
// reference until its message has ended, and then memory and record serve the next message of that
// length: to allocate them anew takes longer than to write the message. Bounded: what ends when
// many others have is left to the collector. O(length) a message.

/** Free ones kept of each length. */
const FREE_MAX = 256
/** Longer messages are rare, and not worth keeping. */
const LENGTH_MAX = 1_024

/** A message under way, and the token by which its client tells how it ended. */
export interface SentMessage {
  readonly payload: Uint8Array | string
  /** When it was due, on the fleet's clock. */
  dueMs: number
}

export class SentMessages {
  readonly #free: (SentMessage[] | undefined)[] = []

  /** A message with a copy of the payload. */
  take(payload: Uint8Array | string, dueMs: number): SentMessage {
    if (typeof payload === 'string') return { payload, dueMs }
    const sent = this.#free[payload.length]?.pop()
    if (sent === undefined) return { payload: Buffer.from(payload), dueMs }
    ;(sent.payload as Uint8Array).set(payload)
    sent.dueMs = dueMs
    return sent
  }

  /** It has ended: its client holds it no longer. */
  giveBack(sent: SentMessage): void {
    const { payload } = sent
    if (typeof payload === 'string' || payload.length > LENGTH_MAX) return
    const free = (this.#free[payload.length] ??= [])
    if (free.length < FREE_MAX) free.push(sent)
  }
}
