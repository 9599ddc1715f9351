// Ctrl-C and SIGTERM: the first asks to stop in good order, a second one ends the process at once.
// A terminal and npm may both deliver the same key press: signals within 300 ms count as one.

import { EXIT } from './exit.ts'

const SAME_PRESS_MS = 300

/** Resolves at the first request to stop; the next one leaves without more ado. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    let firstAt = 0
    const handle = (): void => {
      const now = performance.now()
      if (firstAt === 0) {
        firstAt = now
        resolve()
      } else if (now - firstAt > SAME_PRESS_MS) process.exit(EXIT.failed)
    }
    process.on('SIGINT', handle)
    process.on('SIGTERM', handle)
  })
}
