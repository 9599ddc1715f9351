// Group commit: one sync at a time, and all that comes while it runs is covered by the next. Syncs
// are counted; who waits, waits for a count. It knows files by their descriptors only.

import type { Disk, Done } from './disk.ts'

export class GroupSync {
  readonly #disk: Disk
  readonly #onSynced: Done
  #started = 0
  #finished = 0
  /** The sync that covers the last commit; 0: nobody waits. */
  #wanted = 0
  #isDirty = false
  #closing: number | undefined

  constructor(disk: Disk, onSynced: Done) {
    this.#disk = disk
    this.#onSynced = onSynced
  }

  get isBusy(): boolean {
    return this.#started > this.#finished
  }

  /** Whether something was written that no sync covers. */
  get isDirty(): boolean {
    return this.#isDirty
  }

  /** Whether somebody waits for a sync that is not done. */
  get isWanted(): boolean {
    return this.#wanted > this.#finished
  }

  markDirty(): void {
    this.#isDirty = true
  }

  /** Waits for all that is written now, and for what is pending. */
  want(isPending: boolean): void {
    this.#wanted = isPending || this.#isDirty ? this.#started + 1 : this.#started
  }

  /** True once after the wanted sync. */
  takeDone(): boolean {
    if (this.#wanted === 0 || this.isWanted) return false
    this.#wanted = 0
    return true
  }

  /** Nobody waits any more; answers whether somebody did. */
  forget(): boolean {
    const wasWanted = this.#wanted > 0
    this.#wanted = 0
    this.#isDirty = false
    return wasWanted
  }

  /** Syncs the file, then the one that is about to take its place. */
  start(fd: number, successor: number | undefined): void {
    this.#started++
    this.#isDirty = false
    this.#disk.syncLater(fd, (error) => {
      if (error !== null || successor === undefined) this.#finish(error)
      else this.#disk.syncLater(successor, (late) => this.#finish(late))
    })
  }

  /** Closes the file, not before the sync of it ends. */
  closeLater(fd: number): void {
    if (this.isBusy) this.#closing = fd
    else this.#disk.close(fd)
  }

  #finish(error: Error | null): void {
    this.#finished++
    if (this.#closing !== undefined) this.#disk.close(this.#closing)
    this.#closing = undefined
    this.#onSynced(error)
  }
}
