// The door to the journal store: checks the options and gives it the clock that all clients share.
// What a journal is, stands in docs/journal.md.

import { UsageError } from './errors.ts'
import { sharedClock } from './runtime/index.ts'
import { JournalStore } from './store/index.ts'
import type { JournalOptions } from './store/index.ts'

const MIB = 1_048_576

/**
 * A store that keeps what a client owes in one file, across crashes and power cuts. One client, one
 * file; beside it stand `PATH.lock`, and `PATH.new` while it is compacted.
 *
 * @param path The file; its folder must exist.
 * @throws UsageError ERR_OPTION_INVALID. Opening happens when the client starts.
 */
export function journal(path: string, options: JournalOptions = {}): JournalStore {
  const { fsync = 'before-send', bytesMax = 64 * MIB, compactBytesMin = MIB } = options
  if (path === '') refuse('path', path, 'the name of a file')
  if (typeof fsync === 'object') checkWhole('fsync.everyMs', fsync.everyMs, 1, 3_600_000)
  else if (fsync !== 'before-send' && fsync !== 'never') {
    refuse('fsync', fsync, "'before-send', 'never' or { everyMs }")
  }
  checkWhole('bytesMax', bytesMax, MIB, 1024 * MIB)
  checkWhole('compactBytesMin', compactBytesMin, 4_096, bytesMax)
  return new JournalStore(path, options, options.clock ?? sharedClock())
}

function checkWhole(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return
  refuse(name, value, `a whole number from ${min} to ${max}`)
}

function refuse(name: string, value: unknown, expected: string): never {
  throw new UsageError('ERR_OPTION_INVALID', `${name} is ${String(value)}, expected ${expected}`)
}
