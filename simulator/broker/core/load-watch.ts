// Which connected clients do not keep up: a session whose queue is full is told of in its timeline
// at the next tick, and again when it has room. O(sessions whose queue is full) a tick.

import type { Session } from './session.ts'
import type { Timeline } from './timeline.ts'

export class LoadWatch {
  readonly #timeline: Timeline
  /** Those whose queue was full, until it is not. */
  readonly #crowded = new Set<Session>()

  constructor(timeline: Timeline) {
    this.#timeline = timeline
  }

  /** Nobody has to be looked at. */
  get isIdle(): boolean {
    return this.#crowded.size === 0
  }

  /** Its queue is full, or was: the next tick looks at it. */
  add(session: Session): void {
    this.#crowded.add(session)
  }

  delete(session: Session): void {
    this.#crowded.delete(session)
  }

  handleTick(now: number): void {
    for (const session of this.#crowded) this.#tell(session, now)
  }

  /** What is owed to those who are away is no overload. */
  #tell(session: Session, now: number): void {
    const isOverloaded = session.delivery.isFull
    if (!session.isConnected || !isOverloaded) this.#crowded.delete(session)
    if (!session.isConnected || isOverloaded === session.isOverloaded) return
    session.isOverloaded = isOverloaded
    const kind = isOverloaded ? 'overloaded' : 'recovered'
    this.#timeline.add(session.clientId, kind, `${session.delivery.queued} messages queued`, now)
  }
}
