// What the journal asks of a file system, and the real one. Small on purpose: a test puts a disk in
// its place that fails or loses what was never synced. Calls that may wait for the device at run
// time answer later; the others end in the kernel's memory. It knows no records.

import {
  close,
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  open,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { lockFile } from './file-lock.ts'
import type { FileLock } from './file-lock.ts'

export type Done = (error: Error | null) => void

export interface Disk {
  /** The path behind links; as it is when nothing is there yet. */
  resolve(path: string): string
  /** The whole file, undefined when there is none. */
  read(path: string): Buffer | undefined
  /** A new file that only its owner may read. Fails when there is one. */
  create(path: string): number
  open(path: string): number
  /** Writes all bytes at the position. */
  write(fd: number, bytes: Uint8Array, position: number): void
  truncate(fd: number, bytes: number): void
  close(fd: number): void
  /** Closes a file that has lost its name: freeing megabytes takes the file system a while. */
  closeLater(fd: number): void
  /** Whether the open file still has a name: false when it or its folder was deleted. */
  isLinked(fd: number): boolean
  sync(fd: number): void
  syncLater(fd: number, done: Done): void
  rename(from: string, to: string): void
  /** Does nothing when there is no such file. */
  remove(path: string): void
  /** Makes names durable: after `create` and `rename`. */
  syncFolderOf(path: string): void
  syncFolderOfLater(path: string, done: Done): void
  /** Keeps other processes off the path. @throws MotewireError ERR_STORE_LOCKED. */
  lock(path: string): FileLock
  /** Runs `work` once other events had their turn. */
  yieldTurn(work: () => void): void
}

/** Payloads may be secret. */
const OWNER_ONLY = 0o600

export const realDisk: Disk = {
  resolve(path) {
    try {
      return realpathSync(path)
    } catch {
      return path
    }
  },
  read(path) {
    try {
      return readFileSync(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  },
  create: (path) => openSync(path, 'wx', OWNER_ONLY),
  open: (path) => openSync(path, 'r+'),
  write(fd, bytes, position) {
    let written = 0
    while (written < bytes.length) {
      written += writeSync(fd, bytes, written, bytes.length - written, position + written)
    }
  },
  truncate: ftruncateSync,
  close: closeSync,
  // Nothing can be lost with a file that nobody can open again.
  closeLater: (fd) => close(fd, () => undefined),
  isLinked: (fd) => fstatSync(fd).nlink > 0,
  sync: fdatasyncSync,
  syncLater: fdatasync,
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
  syncFolderOf(path) {
    if (process.platform === 'win32') return
    const fd = openSync(dirname(path), 'r')
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  },
  syncFolderOfLater(path, done) {
    // Windows has no handle for folders; NTFS journals names by itself.
    if (process.platform === 'win32') setImmediate(done, null)
    else {
      open(dirname(path), 'r', (openError, fd) => {
        if (openError !== null) done(openError)
        else fsync(fd, (error) => close(fd, () => done(error)))
      })
    }
  },
  lock: lockFile,
  yieldTurn: (work) => void setImmediate(work),
}
