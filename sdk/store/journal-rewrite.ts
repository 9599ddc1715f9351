// Writes a complete new journal beside the old one and puts it in its place, in slices between
// which other events have their turn. For compaction, and for a store that lost its disk.
//
//   copying ──► joined ──► synced ──► renamed, folder synced ──► onReplaced
//   changes     changes are written here and to the old file: whichever of the two has the
//   are kept    name after a crash, it holds all that was committed
//
// Messages are copied as they are when their turn comes, and all changes made since the beginning
// follow: each change sets a state, so telling it again does no harm, and the last one counts.
// It knows neither the old file nor when changes must be durable.

import type { Disk } from './disk.ts'
import { JournalFile } from './journal-file.ts'
import { RecordType, RecordWriter } from './record-writer.ts'
import type { KeptMessage, StoreState } from './store-state.ts'

/** Bytes encoded and written in one go: a fraction of a millisecond. */
const SLICE_BYTES = 65_536

export interface RewriteHandler {
  /** All is copied: hand over what is not yet written; from now on `take` writes at once. */
  onCaughtUp(): void
  /** The new file has the name. */
  onReplaced(file: JournalFile): void
  /** When `hasName`, the old file has lost it and takes nothing any more; else all is as before. */
  onRewriteFailed(error: Error, hasName: boolean): void
}

export class JournalRewrite {
  readonly file: JournalFile
  readonly #disk: Disk
  readonly #path: string
  readonly #temporary: string
  readonly #state: StoreState
  readonly #handler: RewriteHandler
  readonly #messages: readonly KeptMessage[]
  readonly #slice = new RecordWriter()
  readonly #changes = new RecordWriter()
  #next = 0
  #isJoined = false
  #hasName = false
  #isOver = false

  /** @throws Error when the file cannot be created. */
  constructor(disk: Disk, path: string, state: StoreState, handler: RewriteHandler) {
    this.#disk = disk
    this.#path = path
    this.#temporary = temporaryPath(path)
    this.#state = state
    this.#handler = handler
    this.#messages = state.inOrder()
    disk.remove(this.#temporary)
    this.file = JournalFile.create(disk, this.#temporary)
    disk.yieldTurn(() => this.#attempt(() => this.#copyHead()))
  }

  /** Whether changes go to the new file at once, so that it must be synced with the old one. */
  get isJoined(): boolean {
    return this.#isJoined
  }

  /** Whether the new file has the name already. */
  get hasName(): boolean {
    return this.#hasName
  }

  /** Records of changes made meanwhile. @throws Error when the new file cannot be written. */
  take(records: RecordWriter): void {
    if (this.#isJoined) this.file.append(records)
    else this.#changes.append(records.bytes)
  }

  /** Gives up; the old journal stays. */
  abort(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#disk.close(this.file.fd)
    try {
      this.#disk.remove(this.#temporary)
    } catch {
      // The next rewrite, or the next open, removes it.
    }
  }

  #copyHead(): void {
    this.#slice.serial(RecordType.lastSerial, this.#state.lastSerial)
    const { identity, receipts } = this.#state
    if (identity !== undefined) this.#slice.identity(identity)
    for (const packetId of receipts) this.#slice.receipt(RecordType.receiptAdded, packetId)
    this.#copyMessages()
  }

  #copyMessages(): void {
    while (this.#next < this.#messages.length && this.#slice.length < SLICE_BYTES) {
      const message = this.#messages[this.#next++]!
      const isStillKept = this.#state.messages.get(message.serial) === message
      if (isStillKept) this.#slice.message(message)
    }
    this.file.append(this.#slice)
    this.#slice.clear()
    if (this.#next < this.#messages.length) {
      this.#disk.yieldTurn(() => this.#attempt(() => this.#copyMessages()))
    } else this.#join()
  }

  #join(): void {
    this.#handler.onCaughtUp()
    if (this.#isOver) return
    this.file.append(this.#changes)
    this.#changes.clear()
    this.#isJoined = true
    this.#disk.syncLater(this.file.fd, (error) => {
      this.#attempt(() => {
        if (error !== null) throw error
        this.#disk.rename(this.#temporary, this.#path)
        this.#hasName = true
        this.#disk.syncFolderOfLater(this.#path, (folderError) => this.#finish(folderError))
      })
    })
  }

  #finish(error: Error | null): void {
    if (this.#isOver) return
    if (error === null) {
      this.#isOver = true
      this.#handler.onReplaced(this.file)
    } else this.#fail(error)
  }

  #attempt(step: () => void): void {
    if (this.#isOver) return
    try {
      step()
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  #fail(error: Error): void {
    this.abort()
    this.#handler.onRewriteFailed(error, this.#hasName)
  }
}

/** Where a new journal grows until it takes the name. */
export function temporaryPath(path: string): string {
  return `${path}.new`
}
