// Opens the file of a journal: lock, read, cut the tail; or make a new one. Synchronous, because a
// client must know what it owes before it dials. It knows nothing of what happens afterwards.
// O(size of the file), which is held in memory meanwhile.

import { MotewireError } from '../errors.ts'
import type { Disk } from './disk.ts'
import type { FileLock } from './file-lock.ts'
import { JournalFile } from './journal-file.ts'
import type { JournalNotice } from './journal-options.ts'
import { readJournal } from './journal-reader.ts'
import type { Damage, JournalReading } from './journal-reader.ts'
import { temporaryPath } from './journal-rewrite.ts'
import { StoreState } from './store-state.ts'

export interface OpenedJournal {
  /** Without links. */
  readonly path: string
  readonly lock: FileLock
  readonly file: JournalFile
  readonly state: StoreState
  readonly notices: readonly JournalNotice[]
}

/** @throws MotewireError ERR_STORE_OPEN, ERR_STORE_LOCKED. */
export function openJournal(disk: Disk, link: string): OpenedJournal {
  let lock: FileLock | undefined
  try {
    const path = disk.resolve(link)
    lock = disk.lock(`${path}.lock`)
    disk.remove(temporaryPath(path))
    const bytes = disk.read(path)
    const reading: JournalReading = bytes === undefined ? { kind: 'blank' } : readJournal(bytes)
    if (reading.kind === 'foreign') throw new Error(reading.reason)
    if (reading.kind === 'blank' || bytes === undefined) {
      return { path, lock, file: createJournal(disk, path), state: new StoreState(), notices: [] }
    }
    const { salt, state, damages, end } = reading
    const file = new JournalFile(disk, cutTail(disk, path, bytes.length, end), salt, end)
    const notices: JournalNotice[] = damages.map((damage) => damaged(path, damage))
    if (end < bytes.length) notices.push({ kind: 'cut', offset: end, bytes: bytes.length - end })
    return { path, lock, file, state, notices }
  } catch (error) {
    lock?.release()
    if (error instanceof MotewireError) throw error
    const message = `journal ${link} cannot be opened: ${(error as Error).message}`
    throw new MotewireError('ERR_STORE_OPEN', message, { cause: error })
  }
}

/** A new journal gets its name when its header is on the disk. */
function createJournal(disk: Disk, path: string): JournalFile {
  const file = JournalFile.create(disk, temporaryPath(path))
  try {
    disk.sync(file.fd)
    disk.rename(temporaryPath(path), path)
    disk.syncFolderOf(path)
  } catch (error) {
    disk.close(file.fd)
    throw error
  }
  return file
}

/** Without cutting, the rest of a torn record could one day stand behind a shorter one. */
function cutTail(disk: Disk, path: string, bytes: number, end: number): number {
  const fd = disk.open(path)
  try {
    if (end < bytes) disk.truncate(fd, end)
    // What the last process wrote may still be in the kernel's memory only; from here on it counts.
    disk.sync(fd)
  } catch (error) {
    disk.close(fd)
    throw error
  }
  return fd
}

function damaged(path: string, { offset, bytes }: Damage): JournalNotice {
  const message = `journal ${path} is damaged at ${offset}, ${bytes} bytes are unreadable`
  const error = new MotewireError('ERR_STORE_CORRUPT', message)
  return { kind: 'damaged', offset, bytes, error }
}
