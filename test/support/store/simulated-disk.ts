// A disk in memory that keeps apart what the kernel has and what is safe from a power cut, and that
// fails on demand. Later answers come when the test says so. It knows no journals.
// A power cut leaves of each file what was synced, and of what was written since any prefix.

import { MotewireError } from '@motewire/sdk'
import type { Disk, Done } from '../../../sdk/store/disk.ts'

interface Inode {
  bytes: Buffer
  synced: Buffer
  isLinked: boolean
}

export class SimulatedDisk implements Disk {
  /** Names as the kernel sees them, and as they are safe. */
  #names = new Map<string, Inode>()
  #safeNames = new Map<string, Inode>()
  readonly #open = new Map<number, Inode>()
  readonly #later: (() => void)[] = []
  readonly #locks = new Set<string>()
  #fd = 100
  /** Asked before each operation; an error it answers is thrown. */
  fault: (operation: string) => Error | undefined = () => undefined
  syncs = 0

  /** Runs what was to come later, one step; false when there is nothing. */
  step(): boolean {
    const next = this.#later.shift()
    next?.()
    return next !== undefined
  }

  settle(): void {
    while (this.step());
  }

  /** The process dies: the kernel keeps all it has. */
  kill(): SimulatedDisk {
    const disk = new SimulatedDisk()
    for (const [path, { bytes }] of this.#names) disk.#adopt(path, bytes)
    return disk
  }

  /** The power goes: `kept` answers how much of unsynced bytes reached the disk, 0 to 1. */
  powerCut(kept: () => number): SimulatedDisk {
    const disk = new SimulatedDisk()
    // Any of the names may have become durable on its own.
    const names = kept() < 0.5 ? this.#safeNames : this.#names
    for (const [path, { bytes, synced }] of names) {
      const extra = Math.floor(Math.max(bytes.length - synced.length, 0) * kept())
      disk.#adopt(path, extra > 0 ? bytes.subarray(0, synced.length + extra) : synced)
    }
    return disk
  }

  bytesOf(path: string): Buffer | undefined {
    return this.#names.get(path)?.bytes
  }

  put(path: string, bytes: Buffer): void {
    this.#adopt(path, bytes)
  }

  /** Somebody deletes the file behind our back. */
  unlink(path: string): void {
    const inode = this.#names.get(path)
    if (inode !== undefined) inode.isLinked = false
    this.#names.delete(path)
    this.#safeNames.delete(path)
  }

  resolve(path: string): string {
    return path
  }

  read(path: string): Buffer | undefined {
    this.#check('read')
    const inode = this.#names.get(path)
    return inode && Buffer.from(inode.bytes)
  }

  create(path: string): number {
    this.#check('create')
    if (this.#names.has(path)) throw new Error('EEXIST')
    this.#names.set(path, { bytes: Buffer.alloc(0), synced: Buffer.alloc(0), isLinked: true })
    return this.open(path)
  }

  open(path: string): number {
    this.#open.set(++this.#fd, this.#names.get(path)!)
    return this.#fd
  }

  write(fd: number, bytes: Uint8Array, position: number): void {
    this.#check('write')
    const inode = this.#inode(fd)
    inode.bytes = Buffer.concat([inode.bytes.subarray(0, position), bytes])
  }

  truncate(fd: number, bytes: number): void {
    this.#inode(fd).bytes = this.#inode(fd).bytes.subarray(0, bytes)
  }

  close(fd: number): void {
    this.#inode(fd)
    this.#open.delete(fd)
  }

  closeLater(fd: number): void {
    this.close(fd)
  }

  isLinked(fd: number): boolean {
    return this.#inode(fd).isLinked
  }

  sync(fd: number): void {
    this.#check('sync')
    this.syncs++
    const inode = this.#inode(fd)
    inode.synced = Buffer.from(inode.bytes)
  }

  syncLater(fd: number, done: Done): void {
    // Covered is what was written when the sync began, not what came while it ran.
    const inode = this.#inode(fd)
    const covered = Buffer.from(inode.bytes)
    this.#answer(done, () => {
      this.#check('sync')
      this.syncs++
      inode.synced = covered
    })
  }

  rename(from: string, to: string): void {
    this.#check('rename')
    const inode = this.#names.get(from)!
    const old = this.#names.get(to)
    if (old !== undefined) old.isLinked = false
    this.#names.delete(from)
    this.#names.set(to, inode)
  }

  remove(path: string): void {
    this.unlink(path)
  }

  syncFolderOf(): void {
    this.#check('syncFolder')
    this.#safeNames = new Map(this.#names)
  }

  syncFolderOfLater(_path: string, done: Done): void {
    this.#answer(done, () => this.syncFolderOf())
  }

  lock(path: string): { readonly isHeld: boolean; release(): void } {
    if (this.#locks.has(path)) throw new MotewireError('ERR_STORE_LOCKED', `${path} is locked`)
    this.#locks.add(path)
    return { isHeld: true, release: () => void this.#locks.delete(path) }
  }

  yieldTurn(work: () => void): void {
    this.#later.push(work)
  }

  #answer(done: Done, work: () => void): void {
    this.#later.push(() => {
      try {
        work()
      } catch (error) {
        done(error as Error)
        return
      }
      done(null)
    })
  }

  #adopt(path: string, bytes: Buffer): void {
    const inode = { bytes: Buffer.from(bytes), synced: Buffer.from(bytes), isLinked: true }
    this.#names.set(path, inode)
    this.#safeNames.set(path, inode)
  }

  #inode(fd: number): Inode {
    const inode = this.#open.get(fd)
    if (inode === undefined) throw new Error(`descriptor ${fd} is not open`)
    return inode
  }

  #check(operation: string): void {
    const error = this.fault(operation)
    if (error !== undefined) throw error
  }
}
