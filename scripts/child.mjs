// One child process that gets every signal exactly once. A terminal sends Ctrl-C to all processes
// in front, and npm passes it on again, so a program below `npm start` would see it two or three
// times and take that for an impatient user. The child therefore stands in a process group of its
// own, and what arrives here within one moment is handed on as one signal.

import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/** The terminal's and npm's copy of one key press arrive within this time. */
const SAME_PRESS_MS = 300

/** Runs Node with `args` on our own terminal and ends this process with the child's exit code. */
export function runAsOnlyChild(args, cwd) {
  const child = spawn(process.execPath, args, {
    cwd,
    stdio: 'inherit',
    detached: process.platform !== 'win32',
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) forward(signal, child)
  // A group of its own is not told about the size of the terminal either.
  if (process.platform !== 'win32') process.on('SIGWINCH', () => child.kill('SIGWINCH'))
  child.on('error', (error) => {
    console.error(`could not start ${process.execPath}: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

function forward(signal, child) {
  let last = -Infinity
  process.on(signal, () => {
    const now = performance.now()
    const isRepeat = now - last < SAME_PRESS_MS
    last = now
    if (!isRepeat) child.kill(signal)
  })
}
