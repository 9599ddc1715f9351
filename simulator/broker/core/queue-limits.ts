// How much may wait for a receiver, and what became of what found no room.

export interface QueueLimits {
  /** Messages waiting, at most. */
  readonly messagesMax: number
  /** Bytes of their topics and payloads; payloads are shared among receivers. */
  readonly bytesMax: number
  /** What gives way when the queue is full. Default `drop-newest`, as Mosquitto. */
  readonly whenFull?: 'drop-newest' | 'drop-oldest'
}

/** Why messages were not delivered, and how many. */
export interface Drops {
  queueFull: number
  expired: number
  /** Larger than the receiver takes. */
  tooLarge: number
  /** Taken away by an administrator, or with the session. */
  purged: number
}

export const NO_DROPS: Readonly<Drops> = { queueFull: 0, expired: 0, tooLarge: 0, purged: 0 }
