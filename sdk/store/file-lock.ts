// One process at a time, by a lock of the kernel that ends with the process however it ends: no
// stale lock is ever left. The lock file stays; its text only says who holds it.
//   macOS, BSD   O_EXLOCK: flock(2) at open
//   Windows      UV_FS_O_EXLOCK: opened without sharing
//   Linux        flock(2) through the flock program of util-linux or busybox: it locks the open
//                file it inherits, which is ours too and outlives it
// A Linux without that program, or a file system without locks, falls back on the text: process,
// its start in ticks and the boot, which together name a process once. The fallback sees no other
// containers, and two that start within the same millisecond may both succeed.

import { spawnSync } from 'node:child_process'
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import { MotewireError } from '../errors.ts'

export interface FileLock {
  /** Whether the lock file still has its name; when not, another process may lock a new one. */
  readonly isHeld: boolean
  release(): void
}

const OWNER_ONLY = 0o600
/** Of BSD and macOS; Node names neither this nor libuv's flag for Windows. */
const O_EXLOCK_BSD = 0x20
const O_EXLOCK_WINDOWS = 0x1000_0000
const FLOCK_MS_MAX = 5_000

type Platform = 'bsd' | 'windows' | 'linux'

/**
 * Locks the file, making it when there is none.
 * @throws MotewireError ERR_STORE_LOCKED when another process or another store of this one has it.
 */
export function lockFile(path: string): FileLock {
  const platform = platformNow()
  const fd = openLocked(path, platform)
  try {
    if (platform === 'linux') lockOpenFile(fd, path)
    ftruncateSync(fd, 0)
    writeSync(fd, ownerText(process.pid), 0)
  } catch (error) {
    closeSync(fd)
    throw error
  }
  return {
    get isHeld() {
      return fstatSync(fd).nlink > 0
    },
    release() {
      ftruncateSync(fd, 0)
      closeSync(fd)
    },
  }
}

function platformNow(): Platform {
  if (process.platform === 'win32') return 'windows'
  return process.platform === 'linux' || process.platform === 'android' ? 'linux' : 'bsd'
}

function openLocked(path: string, platform: Platform): number {
  const flags = constants.O_RDWR | constants.O_CREAT
  if (platform === 'linux') return openSync(path, flags, OWNER_ONLY)
  const lock = platform === 'bsd' ? O_EXLOCK_BSD | constants.O_NONBLOCK : O_EXLOCK_WINDOWS
  try {
    return openSync(path, flags | lock, OWNER_ONLY)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EAGAIN' || code === 'EWOULDBLOCK' || code === 'EBUSY') throw locked(path)
    throw error
  }
}

function lockOpenFile(fd: number, path: string): void {
  const { status } = spawnSync('flock', ['-n', '-x', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', fd],
    timeout: FLOCK_MS_MAX,
  })
  if (status === 0) return
  // 1 is a lock of somebody else; all other ends mean that nothing is known.
  if (status === 1 || isOwnerAlive(readOwner(path))) throw locked(path)
}

function locked(path: string): MotewireError {
  const pid = readOwner(path).split(' ')[0]
  const holder = pid === undefined || pid === '' ? 'another process' : `process ${pid}`
  const message = `${path} is locked by ${holder}`
  return new MotewireError('ERR_STORE_LOCKED', message, { retryable: true })
}

function readOwner(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    // Windows does not let a locked file be read.
    return ''
  }
}

function isOwnerAlive(text: string): boolean {
  const pid = Number(text.split(' ')[0])
  return Number.isSafeInteger(pid) && pid > 0 && text === ownerText(pid).trim()
}

/** `process start-in-ticks boot`, as far as this system tells. */
function ownerText(pid: number): string {
  return `${pid} ${startTicks(pid)} ${readProc('sys/kernel/random/boot_id')}\n`
}

function startTicks(pid: number): string {
  const stat = readProc(`${pid}/stat`)
  // Field 22; the second is the program's name in brackets and may hold anything.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-'
}

function readProc(name: string): string {
  try {
    return readFileSync(`/proc/${name}`, 'utf8').trim()
  } catch {
    return '-'
  }
}
