// Ctrl-C and SIGTERM: the first asks to stop in good order, the next one to hurry, where that is
// known, and the one after that ends the process at once. A terminal and npm may both deliver the
// same key press: signals within 300 ms count as one.

import { EXIT } from './exit.ts'

const SAME_PRESS_MS = 300

/**
 * Resolves at the first request to stop.
 * @param hurry what the second does; default: it leaves without more ado, as the third always does.
 */
export function interrupted(hurry?: () => void): Promise<void> {
  return new Promise((resolve) => {
    const steps = [resolve, ...(hurry === undefined ? [] : [hurry]), leave]
    let lastAt = -Infinity
    const handle = (): void => {
      const now = performance.now()
      if (now - lastAt < SAME_PRESS_MS) return
      lastAt = now
      steps.shift()?.()
    }
    process.on('SIGINT', handle)
    process.on('SIGTERM', handle)
  })
}

function leave(): void {
  process.exit(EXIT.failed)
}
