// Durable sessions, what they are owed, named queues and retained messages, on disk. The core notes
// what happens; `commit` writes what was noted as one frame, before any byte that depends on it
// leaves. When the log has grown to twice what it says, it is written anew from the broker's own
// state. It knows the core's objects, no connections. A disk that fails stops the broker: to go on
// would be to confirm what is not kept.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { MotewireError } from '@motewire/sdk/errors'
import type { BrokerCore } from '../core/broker-core.ts'
import type { Message } from '../core/message.ts'
import type { Identifiers } from '../core/message-ring.ts'
import type { Session, SubscriptionEntry } from '../core/session.ts'
import type { DeliveryLedger } from '../core/delivery-ledger.ts'
import type { CoreStore } from '../core/store.ts'
import { FolderLock } from './folder-lock.ts'
import { LogFile } from './log-file.ts'
import { plainWill, RecordType, RecordWriter, writeMessage } from './records.ts'
import { Replay } from './replay.ts'
import { snapshotOf } from './snapshot.ts'

export interface StoreOptions {
  readonly folder: string
  /** Whether the disk itself is waited for. Default false: only the process may die. */
  readonly isSynced?: boolean
}

/** The log is not written anew below this. */
const COMPACT_BYTES_MIN = 8 << 20

export class BrokerStore implements CoreStore {
  isHeld = false
  readonly #lock: FolderLock
  readonly #log: LogFile
  readonly #writer = new RecordWriter()
  /** From the core's time to milliseconds since 1970. */
  readonly #offsetMs: number
  readonly #sessions = new Map<string, number>()
  readonly #queues = new Map<string, number>()
  /** QoS 2 identifiers of publishers that are open, by session. */
  readonly #receipts = new Map<number, Set<number>>()
  #core: BrokerCore | undefined
  #lastNumber = 0
  #lastMessage = 0
  /** Messages numbered below this are no longer in the log. */
  #firstMessage = 1
  #compactAtBytes = 0
  /** Why the disk has failed: nothing is written any more. */
  #fault: MotewireError | undefined

  /** @throws MotewireError `ERR_BROKER_STORE_IN_USE` or `ERR_BROKER_STORE`. */
  constructor(options: StoreOptions, offsetMs: number) {
    this.#offsetMs = offsetMs
    try {
      mkdirSync(options.folder, { recursive: true, mode: 0o700 })
      this.#lock = new FolderLock(options.folder)
      this.#log = new LogFile(join(options.folder, 'broker.log'), options.isSynced === true)
    } catch (error) {
      throw storeError('open', error)
    }
  }

  /** @param handle called with the first note after each commit. */
  set onNoted(handle: () => void) {
    this.#writer.onBegun = handle
  }

  /** Bytes on disk. */
  get size(): number {
    return this.#log.size
  }

  /** Fills a core that was just made with what the log says, and begins to note. */
  restore(core: BrokerCore, now: number): void {
    const replay = new Replay(core, this.#offsetMs, now)
    try {
      this.#log.readAll((frame) => replay.apply(frame))
    } catch (error) {
      throw storeError('read', error)
    }
    replay.finish((host, session, receipts) => {
      this.#receipts.set(this.#numberOf(this.#sessions, host, session.clientId), receipts)
      session.delivery.ledger = this.ledgerOf(host, session.clientId)
    })
    this.#core = core
    this.compact()
  }

  /** Writes what was noted since the last time. */
  commit(): void {
    if (this.#fault !== undefined) throw this.#fault
    if (this.#writer.size === 0 || this.isHeld) return
    try {
      this.#log.append(this.#writer.frame)
    } catch (error) {
      throw (this.#fault = storeError('write', error))
    }
    this.#writer.clear()
    if (this.#log.size > this.#compactAtBytes) this.compact()
  }

  /** Writes the log anew from the broker's state. */
  compact(): void {
    const core = this.#core
    if (core === undefined) return
    this.#firstMessage = this.#lastMessage + 1
    this.#writer.clear()
    try {
      this.#log.replace(snapshotOf(core, this, this.#writer))
    } catch (error) {
      throw (this.#fault = storeError('rewrite', error))
    }
    this.#writer.clear()
    this.#compactAtBytes = Math.max(COMPACT_BYTES_MIN, this.#log.size * 2)
  }

  close(): void {
    if (this.#fault === undefined) this.commit()
    this.#log.close()
    this.#lock.release()
  }

  // What the core notes.

  noteSession(host: string, session: Session): void {
    const { clientId, username, groups, protocolVersion, isClean, keepaliveS } = session
    const { expiryMs, absence, will } = session
    const number = this.#numberOf(this.#sessions, host, clientId)
    const lastSeenAt = absence === undefined ? undefined : absence.sinceMs + this.#offsetMs
    const willDueMs = absence?.willDueMs ?? Infinity
    const willDueAt = willDueMs === Infinity ? undefined : willDueMs + this.#offsetMs
    const lasting = expiryMs === Infinity ? undefined : expiryMs
    const names = { host, clientId, username, groups }
    const rest = { protocolVersion, isClean, keepaliveS, expiryMs: lasting, lastSeenAt }
    const last = { will: will && plainWill(will), willDueAt }
    this.#writer
      .u8(RecordType.session)
      .u32(number)
      .json({ ...names, ...rest, ...last })
  }

  noteSessionEnd(host: string, clientId: string): void {
    const number = this.#sessions.get(keyOf(host, clientId))
    if (number === undefined) return
    this.#sessions.delete(keyOf(host, clientId))
    this.#receipts.delete(number)
    this.#writer.u8(RecordType.sessionEnd).u32(number)
  }

  noteSubscription(host: string, { session, subscription, identifier }: SubscriptionEntry): void {
    const number = this.#numberOf(this.#sessions, host, session.clientId)
    this.#writer.u8(RecordType.subscription).u32(number).json({ subscription, identifier })
  }

  noteUnsubscription(host: string, clientId: string, filter: string): void {
    const number = this.#numberOf(this.#sessions, host, clientId)
    this.#writer.u8(RecordType.unsubscription).u32(number).text(filter)
  }

  noteReceipt(host: string, clientId: string, packetId: number, isOpen: boolean): void {
    const number = this.#numberOf(this.#sessions, host, clientId)
    let open = this.#receipts.get(number)
    if (open === undefined) this.#receipts.set(number, (open = new Set()))
    if (isOpen) open.add(packetId)
    else open.delete(packetId)
    this.#writer
      .u8(RecordType.receipt)
      .u32(number)
      .u16(packetId)
      .u8(isOpen ? 1 : 0)
  }

  receiptsOf(host: string, clientId: string): Iterable<number> {
    return this.#receipts.get(this.#sessions.get(keyOf(host, clientId)) ?? 0) ?? []
  }

  ledgerOf(host: string, clientId: string): DeliveryLedger {
    const number = this.#numberOf(this.#sessions, host, clientId)
    const writer = this.#writer
    const step = (type: number, packetId: number): void => {
      writer.u8(type).u32(number).u16(packetId)
    }
    return {
      handleQueued: (message, qos, retain, identifiers: Identifiers) => {
        const messageNumber = this.#numberOfMessage(message)
        writer.u8(RecordType.queued).u32(number).u32(messageNumber)
        writer.u8(qos | (retain ? 4 : 0))
        writer.text(identifiers === undefined ? '' : JSON.stringify(identifiers))
      },
      handleSent: (id) => step(RecordType.sent, id),
      handleReceived: (id) => step(RecordType.received, id),
      handleEnded: (id) => step(RecordType.ended, id),
      handleDropped: () => writer.u8(RecordType.dropped).u32(number),
      handlePurged: () => writer.u8(RecordType.purged).u32(number),
    }
  }

  noteRetained(host: string, message: Message): void {
    const isCleared = message.payloadBytes === 0
    const number = isCleared ? 0 : this.#numberOfMessage(message)
    this.#writer.u8(RecordType.retained).u32(number).text(host).text(message.topic)
  }

  noteQueued(host: string, queue: string, message: Message): void {
    const messageNumber = this.#numberOfMessage(message)
    const number = this.#numberOfQueue(host, queue)
    this.#writer.u8(RecordType.queuePut).u32(number).u32(messageNumber)
  }

  noteUnqueued(host: string, queue: string): void {
    this.#writer.u8(RecordType.queueTaken).u32(this.#numberOfQueue(host, queue))
  }

  /** A queue is told once in each log. */
  noteQueue(host: string, queue: string): void {
    const number = this.#numberOf(this.#queues, host, queue)
    this.#writer.u8(RecordType.queue).u32(number).text(host).text(queue)
  }

  #numberOfQueue(host: string, queue: string): number {
    const known = this.#queues.get(keyOf(host, queue))
    if (known !== undefined) return known
    this.noteQueue(host, queue)
    return this.#queues.get(keyOf(host, queue))!
  }

  #numberOf(numbers: Map<string, number>, host: string, name: string): number {
    const key = keyOf(host, name)
    let number = numbers.get(key)
    if (number === undefined) numbers.set(key, (number = ++this.#lastNumber))
    return number
  }

  /** The message's number; it is written out at its first use in each log. */
  #numberOfMessage(message: Message): number {
    if (message.storeId >= this.#firstMessage) return message.storeId
    message.storeId = ++this.#lastMessage
    this.#writer.u8(RecordType.message).u32(message.storeId)
    writeMessage(this.#writer, message, this.#offsetMs)
    return message.storeId
  }
}

function keyOf(host: string, name: string): string {
  return `${host}\0${name}`
}

function storeError(what: string, error: unknown): MotewireError {
  if (error instanceof MotewireError) return error
  const text = error instanceof Error ? error.message : String(error)
  return new MotewireError('ERR_BROKER_STORE', `broker store cannot ${what} its log: ${text}`, {
    cause: error,
  })
}
