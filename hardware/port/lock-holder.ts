// Who holds the lock on a serial device. Asking before opening matters: serialport sets the line
// first and takes the lock afterwards, so a mere attempt would change the other program's settings.
// Linux lists all locks in /proc; elsewhere nobody is found and serialport's own lock decides.

import { readFile } from 'node:fs/promises'
import type { Stats } from 'node:fs'
import { deviceNumber } from './device-path.ts'

export interface LockHolder {
  readonly pid: number
  /** Name of the program; undefined when it cannot be seen from here. */
  readonly program: string | undefined
}

/** The process that holds an flock on the file; undefined when there is none to be seen. */
export async function findLockHolder(file: Stats): Promise<LockHolder | undefined> {
  if (process.platform !== 'linux') return undefined
  const locks = await readFile('/proc/locks', 'utf8').catch(() => '')
  const pid = lockingProcess(locks, file)
  if (pid === undefined) return undefined
  const program = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => undefined)
  return { pid, program: program?.trim() }
}

/** Finds the holder in the text of /proc/locks: `1: FLOCK  ADVISORY  WRITE 708 00:1a:3 0 EOF`. */
function lockingProcess(
  locks: string,
  { dev, ino }: { readonly dev: number; readonly ino: number },
): number | undefined {
  const { major, minor } = deviceNumber(dev)
  for (const line of locks.split('\n')) {
    const match = /: FLOCK +\S+ +\S+ +(\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) /.exec(line)
    if (match === null || Number.parseInt(match[2]!, 16) !== major) continue
    if (Number.parseInt(match[3]!, 16) !== minor || Number(match[4]) !== ino) continue
    return Number(match[1])
  }
  return undefined
}
