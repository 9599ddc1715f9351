// A file that a tap writes to, bounded on disk and in memory, and never waited for. It is appended
// to. At half of its bound it becomes `NAME.1`, in the place of the one before, and a new one is
// begun: the newest traffic is always there. A disk that does not keep up costs whole pieces, which
// are counted; one that fails is told once and ends the writing, not the channel.

import type { FileHandle } from 'node:fs/promises'
import { open, rename } from 'node:fs/promises'

export interface BoundedFileOptions {
  /** Bytes of both files together. */
  readonly bytesMax: number
  /** What each file begins with, and what stands where an older one is gone on with. */
  readonly head?: Uint8Array
  /** Told once when the file cannot be written: one line. */
  readonly handleFailure: (message: string) => void
}

/** Bytes that wait for the disk. */
const WAITING_BYTES_MAX = 1 << 20

export class BoundedFile {
  readonly #path: string
  readonly #options: BoundedFileOptions
  #file: FileHandle | undefined
  #fileBytes = 0
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #writing: Promise<void> | undefined
  #hasFailed = false
  #dropped = 0

  constructor(path: string, options: BoundedFileOptions) {
    this.#path = path
    this.#options = options
  }

  /** Bytes that the disk did not take. */
  get droppedBytes(): number {
    return this.#dropped
  }

  /** The bytes are kept, not copied. */
  append(bytes: Uint8Array): void {
    if (this.#hasFailed || this.#waitingBytes + bytes.length > WAITING_BYTES_MAX) {
      this.#dropped += bytes.length
      return
    }
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined))
  }

  /** Settles when what was appended is in the file and the file is closed. */
  async close(): Promise<void> {
    await this.#writing
    await this.#file?.close().catch(() => undefined)
    this.#file = undefined
  }

  async #write(): Promise<void> {
    try {
      // What is appended in the same turn leaves in one piece.
      await Promise.resolve()
      while (this.#waiting.length > 0) await this.#writeBatch()
    } catch (error) {
      this.#hasFailed = true
      this.#dropped += this.#waitingBytes
      this.#waiting = []
      this.#waitingBytes = 0
      this.#options.handleFailure(`${this.#path} cannot be written: ${(error as Error).message}`)
    }
  }

  /** Writes what fits into the file, at least one piece. */
  async #writeBatch(): Promise<void> {
    const [first] = this.#waiting
    await this.#makeRoom(first!.length)
    let bytes = 0
    let count = 0
    for (const piece of this.#waiting) {
      if (count > 0 && this.#fileBytes + bytes + piece.length > this.#roomBytes) break
      bytes += piece.length
      count++
    }
    await this.#file?.appendFile(Buffer.concat(this.#waiting.splice(0, count)))
    this.#fileBytes += bytes
    this.#waitingBytes -= bytes
  }

  /** Of the newer file. */
  get #roomBytes(): number {
    return this.#options.bytesMax / 2
  }

  async #makeRoom(bytes: number): Promise<void> {
    if (this.#file === undefined) await this.#begin()
    const headBytes = this.#options.head?.length ?? 0
    if (this.#fileBytes + bytes <= this.#roomBytes || this.#fileBytes <= headBytes) return
    await this.#file?.close()
    this.#file = undefined
    await rename(this.#path, `${this.#path}.1`)
    await this.#begin()
  }

  async #begin(): Promise<void> {
    this.#file = await open(this.#path, 'a')
    this.#fileBytes = (await this.#file.stat()).size
    const { head } = this.#options
    if (head === undefined) return
    await this.#file.appendFile(head)
    this.#fileBytes += head.length
  }
}
