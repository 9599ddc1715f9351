// The time of an emulated chip that asks for it after every instruction: nanoseconds since it was
// reset, and alarms. Moving on costs a comparison unless an alarm is due; an alarm costs O(armed),
// which are a handful.

export interface Alarm {
  schedule(deltaNanos: number): void
  cancel(): void
}

export class ChipClock {
  nanos = 0
  readonly #due = new Map<() => void, number>()
  #nextNanos = Infinity

  /** When the next alarm is due, Infinity without one. */
  get nextNanos(): number {
    return this.#nextNanos
  }

  createAlarm(callback: () => void): Alarm {
    // Alarms are told apart by their callbacks.
    const fire = (): void => callback()
    return {
      schedule: (deltaNanos) => {
        this.#due.set(fire, this.nanos + deltaNanos)
        this.#look()
      },
      cancel: () => {
        if (this.#due.delete(fire)) this.#look()
      },
    }
  }

  /** Moves on; alarms that are due on the way run at their time. */
  advanceTo(nanos: number): void {
    while (this.#nextNanos <= nanos) this.#fire()
    this.nanos = nanos
  }

  #fire(): void {
    const now = this.#nextNanos
    this.nanos = Math.max(this.nanos, now)
    for (const [fire, dueNanos] of this.#due) {
      if (dueNanos !== now) continue
      this.#due.delete(fire)
      this.#look()
      fire()
      return
    }
  }

  #look(): void {
    this.#nextNanos = Math.min(...this.#due.values())
  }
}
