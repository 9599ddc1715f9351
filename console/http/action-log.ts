// What was changed through the console, by whom, and which sign-ins were refused: the last
// LOGGED_MAX of them, oldest first. It holds no bodies, so no passwords and no payloads.

import { LOGGED_MAX } from '../limits.ts'
import type { LogRow } from '../views.ts'

export class ActionLog {
  readonly #rows: LogRow[] = []
  readonly #onRow: ((row: LogRow) => void) | undefined

  constructor(onRow?: (row: LogRow) => void) {
    this.#onRow = onRow
  }

  add(row: LogRow): void {
    if (this.#rows.length === LOGGED_MAX) this.#rows.shift()
    this.#rows.push(row)
    this.#onRow?.(row)
  }

  rows(): readonly LogRow[] {
    return this.#rows
  }
}
