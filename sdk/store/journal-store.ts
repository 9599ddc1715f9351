// The crash-safe store: an append-only journal in one file. Changes are encoded at once, written
// to the kernel in groups at the end of the turn or by `commit`, and synced to the disk as the
// fsync mode asks. When the disk fails, the store goes on in memory and writes a complete new
// journal as soon as it can. It knows what changes do to its state, but nothing of the protocol.
// A change is O(1); memory: what StoreState says, and the records of one turn.
//
//   change ──► pending ──► write(2) ──► kernel (survives kill -9) ──► fdatasync ──► disk

import { assert, Task } from '../kit/index.ts'
import { MotewireError } from '../errors.ts'
import type { Clock } from '../runtime/index.ts'
import { realDisk } from './disk.ts'
import type { Disk } from './disk.ts'
import type { FileLock } from './file-lock.ts'
import { GroupSync } from './group-sync.ts'
import type { JournalFile } from './journal-file.ts'
import type { JournalNotice, JournalOptions } from './journal-options.ts'
import { openJournal } from './journal-open.ts'
import { JournalRewrite } from './journal-rewrite.ts'
import { RecordType, RecordWriter } from './record-writer.ts'
import type { SessionIdentity, Store, StoredMessage, StoredSession, StoreHandler } from './store.ts'
import { StoreState } from './store-state.ts'

const BYTES_MAX = 64 * 1_048_576
const COMPACT_BYTES_MIN = 1_048_576
/** Changes that nothing waits for are synced after this time in the mode 'before-send'. */
const LAZY_SYNC_MS = 1_000
const RETRY_FIRST_MS = 1_000
const RETRY_MS_MAX = 60_000
/** How often the file is asked whether it still has a name. */
const LINK_CHECK_MS = 1_000

type Phase = 'closed' | 'open' | 'failed'

export class JournalStore implements Store {
  readonly #clock: Clock
  readonly #disk: Disk
  readonly #fsync: NonNullable<JournalOptions['fsync']>
  readonly #bytesMax: number
  readonly #compactBytesMin: number
  readonly #onNotice: (notice: JournalNotice) => void
  readonly #pending = new RecordWriter()
  readonly #sync: GroupSync
  readonly #syncTask = new Task(() => this.#handleSyncDue())
  readonly #retryTask = new Task(() => this.#handleRetryDue())
  readonly #waiters: (() => void)[] = []
  #path: string
  #phase: Phase = 'closed'
  #state = new StoreState()
  #handler: StoreHandler | undefined
  #lock: FileLock | undefined
  #file: JournalFile | undefined
  #rewrite: JournalRewrite | undefined
  /** A file that has the name but waits for a sync of the old one to end. */
  #successor: JournalFile | undefined
  #failure: MotewireError | undefined
  #isFlushDue = false
  #retryMs = RETRY_FIRST_MS
  #linkCheckedAtMs = -Infinity
  /** Size after the last rewrite, and the earliest time of the next. */
  #baseBytes = 0
  #compactAtMs = -Infinity

  constructor(path: string, options: JournalOptions, clock: Clock, disk: Disk = realDisk) {
    this.#path = path
    this.#clock = clock
    this.#disk = disk
    this.#fsync = options.fsync ?? 'before-send'
    this.#bytesMax = options.bytesMax ?? BYTES_MAX
    this.#compactBytesMin = options.compactBytesMin ?? COMPACT_BYTES_MIN
    this.#onNotice = options.onNotice ?? (() => undefined)
    this.#sync = new GroupSync(disk, (error) => this.#handleSynced(error))
  }

  open(handler: StoreHandler): StoredSession {
    assert(this.#phase === 'closed' && this.#handler === undefined, 'a store is opened once')
    const opened = openJournal(this.#disk, this.#path)
    this.#path = opened.path
    this.#lock = opened.lock
    this.#file = opened.file
    this.#state = opened.state
    this.#handler = handler
    this.#phase = 'open'
    for (const notice of opened.notices) this.#onNotice(notice)
    // Written anew, so that the same damage is not found again next time.
    if (opened.notices.some(({ kind }) => kind === 'damaged')) this.#startRewrite()
    return this.#state.snapshot()
  }

  addMessage(message: StoredMessage): void {
    const recordBytes = this.#pending.message(message)
    this.#told(this.#state.addMessage(message, recordBytes), message.serial)
  }

  markSent(serial: number, packetId: number): void {
    this.#pending.sent(serial, packetId)
    this.#told(this.#state.markSent(serial, packetId), serial)
  }

  markReleased(serial: number): void {
    this.#pending.serial(RecordType.released, serial)
    this.#told(this.#state.markReleased(serial), serial)
  }

  markQueued(serial: number): void {
    this.#pending.serial(RecordType.queued, serial)
    this.#told(this.#state.markQueued(serial), serial)
  }

  removeMessage(serial: number): void {
    this.#pending.serial(RecordType.removed, serial)
    this.#told(this.#state.removeMessage(serial), serial)
  }

  addReceipt(packetId: number): void {
    this.#pending.receipt(RecordType.receiptAdded, packetId)
    this.#told(this.#state.addReceipt(packetId), packetId)
  }

  removeReceipt(packetId: number): void {
    this.#pending.receipt(RecordType.receiptRemoved, packetId)
    this.#told(this.#state.removeReceipt(packetId), packetId)
  }

  clearReceipts(): void {
    this.#pending.receiptsCleared()
    this.#told(this.#state.clearReceipts(), 0)
  }

  saveIdentity(identity: SessionIdentity): void {
    this.#pending.identity(identity)
    this.#told(this.#state.saveIdentity(identity), 0)
  }

  commit(): boolean {
    if (this.#fsync !== 'before-send' || this.#phase !== 'open') {
      this.#flush()
      return true
    }
    if (this.#pending.length === 0 && !this.#sync.isDirty && !this.#sync.isBusy) return true
    if (!this.#sync.isBusy) this.#startSync()
    // A disk that failed at once has been reported; nothing is to be waited for.
    if (this.#failure !== undefined) return true
    this.#sync.want(this.#pending.length > 0)
    return false
  }

  async close(): Promise<void> {
    if (this.#phase === 'closed') return
    this.#clock.cancel(this.#retryTask)
    if (this.#phase === 'failed' && this.#rewrite === undefined) this.#startRewrite()
    await this.#untilIdle()
    if (this.#phase === 'open') {
      this.#startSync()
      await this.#untilIdle()
    }
    this.#clock.cancel(this.#syncTask)
    this.#clock.cancel(this.#retryTask)
    if (this.#file !== undefined) this.#disk.close(this.#file.fd)
    this.#file = undefined
    this.#lock?.release()
    const failure = this.#phase === 'failed' ? this.#failure : undefined
    this.#phase = 'closed'
    if (failure !== undefined) throw failure
  }

  #told(isKnown: boolean, subject: number): void {
    assert(isKnown, `the store was told a change of ${subject}, which it does not know`)
    assert(this.#phase !== 'closed', 'the store is not open')
    if (this.#isFlushDue) return
    this.#isFlushDue = true
    this.#clock.defer(() => {
      this.#isFlushDue = false
      // While a sync runs, all that comes meanwhile waits for it and makes the next group.
      if (this.#phase !== 'closed' && !this.#sync.isBusy) this.#flush()
    })
  }

  /** Hands all pending changes to the kernel. */
  #flush(): void {
    if (this.#pending.length === 0) return
    try {
      if (this.#phase === 'open') this.#append()
      this.#successor?.append(this.#pending)
    } catch (error) {
      this.#fail(error)
    }
    try {
      this.#rewrite?.take(this.#pending)
    } catch (error) {
      this.#giveUpRewrite(error as Error)
    }
    this.#pending.clear()
    if (this.#phase === 'open') {
      this.#scheduleSync()
      this.#compactIfDue()
    }
  }

  #append(): void {
    const now = this.#clock.now()
    const file = this.#file!
    if (now - this.#linkCheckedAtMs >= LINK_CHECK_MS) {
      this.#linkCheckedAtMs = now
      // A rewrite that is about to end has taken the name away.
      const isLinked = this.#rewrite?.hasName === true || this.#disk.isLinked(file.fd)
      if (!isLinked) throw new Error('the file was deleted')
    }
    if (file.bytes + this.#pending.length > this.#bytesMax) {
      const message = `journal ${this.#path} would exceed ${this.#bytesMax} bytes`
      throw new MotewireError('ERR_STORE_FULL', message, { retryable: true })
    }
    file.append(this.#pending)
    this.#sync.markDirty()
  }

  #scheduleSync(): void {
    if (this.#fsync === 'never' || this.#syncTask.isScheduled) return
    const lagMs = this.#fsync === 'before-send' ? LAZY_SYNC_MS : this.#fsync.everyMs
    this.#clock.schedule(this.#clock.now() + lagMs, this.#syncTask)
  }

  #handleSyncDue(): void {
    if (this.#phase === 'open' && !this.#sync.isBusy && this.#sync.isDirty) this.#startSync()
  }

  #startSync(): void {
    this.#flush()
    if (this.#phase !== 'open') return
    const joined = this.#rewrite?.isJoined === true ? this.#rewrite.file : undefined
    this.#sync.start(this.#file!.fd, joined?.fd)
  }

  #handleSynced(error: Error | null): void {
    const successor = this.#successor
    this.#successor = undefined
    if (successor !== undefined) this.#adopt(successor)
    if (error !== null && this.#phase === 'open') this.#fail(error)
    else if (this.#sync.isWanted) this.#startSync()
    else this.#flush()
    if (this.#sync.takeDone()) this.#handler!.onCommitted()
    this.#wakeIfIdle()
  }

  #compactIfDue(): void {
    const { bytes } = this.#file!
    const garbage = bytes - this.#state.liveBytes
    if (this.#rewrite !== undefined || this.#successor !== undefined) return
    if (garbage < this.#compactBytesMin || bytes < this.#baseBytes + this.#compactBytesMin) return
    const isTight = bytes > this.#bytesMax * 0.75
    if (garbage < this.#state.liveBytes && !isTight) return
    if (this.#clock.now() >= this.#compactAtMs) this.#startRewrite()
  }

  #startRewrite(): void {
    try {
      if (this.#phase === 'failed' && this.#lock?.isHeld === false) {
        this.#lock.release()
        this.#lock = undefined
      }
      this.#lock ??= this.#disk.lock(`${this.#path}.lock`)
      if (this.#state.liveBytes > this.#bytesMax) {
        const message = `${this.#state.liveBytes} bytes of messages, ${this.#bytesMax} are allowed`
        throw new MotewireError('ERR_STORE_FULL', message, { retryable: true })
      }
      this.#rewrite = new JournalRewrite(this.#disk, this.#path, this.#state, {
        onCaughtUp: () => this.#flush(),
        onReplaced: (file) => this.#handleReplaced(file),
        onRewriteFailed: (error, hasName) => this.#handleRewriteFailed(error, hasName),
      })
    } catch (error) {
      this.#handleRewriteFailed(error as Error, false)
    }
  }

  #handleReplaced(file: JournalFile): void {
    this.#rewrite = undefined
    // The sync that runs holds on to the old file; until it ends, the new one waits.
    if (this.#sync.isBusy) this.#successor = file
    else this.#adopt(file)
    this.#wakeIfIdle()
  }

  #adopt(file: JournalFile): void {
    if (this.#file !== undefined) this.#disk.closeLater(this.#file.fd)
    this.#file = file
    this.#baseBytes = file.bytes
    this.#linkCheckedAtMs = this.#clock.now()
    if (this.#phase !== 'failed') return
    this.#phase = 'open'
    this.#failure = undefined
    this.#retryMs = RETRY_FIRST_MS
    this.#onNotice({ kind: 'restored', bytes: file.bytes })
  }

  #giveUpRewrite(error: Error): void {
    const { hasName = false } = this.#rewrite ?? {}
    this.#rewrite?.abort()
    this.#handleRewriteFailed(error, hasName)
  }

  #handleRewriteFailed(error: Error, hasName: boolean): void {
    this.#rewrite = undefined
    if (this.#phase === 'failed') this.#scheduleRetry()
    else if (hasName) this.#fail(error)
    // The old journal is as good as before; compaction can wait.
    else this.#compactAtMs = this.#clock.now() + RETRY_MS_MAX
    this.#wakeIfIdle()
  }

  /** The disk is not to be trusted: after a failed sync even what was written may be lost. */
  #fail(cause: unknown): void {
    if (this.#phase !== 'open') return
    this.#phase = 'failed'
    this.#rewrite?.abort()
    this.#rewrite = undefined
    this.#pending.clear()
    this.#clock.cancel(this.#syncTask)
    if (this.#file !== undefined) this.#sync.closeLater(this.#file.fd)
    this.#file = undefined
    this.#failure = failureOf(cause, this.#path)
    this.#scheduleRetry()
    const isAwaited = this.#sync.forget()
    this.#handler!.onStoreFailed(this.#failure)
    if (isAwaited) this.#handler!.onCommitted()
  }

  #scheduleRetry(): void {
    this.#clock.schedule(this.#clock.now() + this.#retryMs, this.#retryTask)
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS_MAX)
  }

  #handleRetryDue(): void {
    if (this.#phase === 'failed' && this.#rewrite === undefined) this.#startRewrite()
  }

  get #isIdle(): boolean {
    return this.#rewrite === undefined && this.#successor === undefined && !this.#sync.isBusy
  }

  async #untilIdle(): Promise<void> {
    if (!this.#isIdle) await new Promise<void>((resolve) => this.#waiters.push(resolve))
  }

  #wakeIfIdle(): void {
    if (this.#isIdle) for (const wake of this.#waiters.splice(0)) wake()
  }
}

function failureOf(cause: unknown, path: string): MotewireError {
  if (cause instanceof MotewireError) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  const message = `journal ${path} cannot be written: ${reason}`
  return new MotewireError('ERR_STORE_WRITE', message, { retryable: true, cause })
}
