// When the broker has to look after what waits for time: one instant for all its parts. Each brings
// it forward as far as it needs, none asks the others. O(1).

/** For `bring`: at the next tick, whenever that is. */
export const NEXT_TICK = 0

export class Agenda {
  /** Until then a tick has nothing to do; Infinity: never. */
  dueMs: number = Infinity
  /** Called when `dueMs` has come nearer. */
  onNearer: () => void = () => undefined

  bring(dueMs: number): void {
    if (dueMs >= this.dueMs) return
    this.dueMs = dueMs
    this.onNearer()
  }
}
