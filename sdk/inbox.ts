// Received messages on their way to the application: events, handlers by filter, iterators. A
// message is acknowledged when the application is done with it; when it falls behind, reading stops
// instead of memory growing. It knows no bytes but the payload's and no link.
// Bounds: messagesMax and bytesMax of messages that handlers or iterators are not done with.

import type { ReceivedPacket } from './client-types.ts'
import type { PublishFrame } from './codec/index.ts'
import { TopicTree } from './core/index.ts'
import type { Ticket } from './core/index.ts'
import { copyPayload } from './payload-slab.ts'

/** Handles the messages of a filter; a promise holds the acknowledgement until it settles. */
export type MessageHandler = (
  topic: string,
  payload: Buffer,
  packet: ReceivedPacket,
) => void | Promise<void>

export interface InboxOptions {
  /** Whether received payloads are copied for 'message' listeners. */
  readonly isCopying: boolean
  /** Whether the application acknowledges each message itself, by `packet.ack()`. */
  readonly isManual: boolean
  readonly messagesMax: number
  readonly bytesMax: number
}

/** What the inbox asks of the client. */
export interface InboxOwner {
  /** The application needs time for the message that is being handed over. */
  defer(): Ticket | undefined
  redeem(ticket: Ticket): void
  /** The application is behind, or has caught up. */
  setFull(isFull: boolean): void
  emitMessage(topic: string, payload: Buffer, packet: ReceivedPacket): void
  /** Whether anybody listens to 'message'. */
  readonly hasListeners: boolean
  /** What a handler threw. */
  handleFault(error: unknown, topic: string): void
}

interface Entry {
  readonly run: MessageHandler
}

/** A message that came while everything was held back. */
interface Waiting {
  readonly topic: string
  readonly payload: Buffer
  readonly packet: ReceivedPacket
  readonly hold: Hold
}

/** Several handlers may hold one message; the last to be done lets it go. */
interface Hold {
  readonly ticket: Ticket | undefined
  readonly bytes: number
  parts: number
}

export class Inbox {
  readonly #options: InboxOptions
  readonly #owner: InboxOwner
  #handlers: TopicTree<Entry> | undefined
  /** Messages that wait for `resume`; undefined while nothing is held back. */
  #waiting: Waiting[] | undefined
  #messages = 0
  #bytes = 0
  #isFull = false

  constructor(options: InboxOptions, owner: InboxOwner) {
    this.#options = options
    this.#owner = owner
  }

  /** Messages that the application is not done with. */
  get size(): number {
    return this.#messages
  }

  /** Calls `run` for each message that matches; returns what ends that. */
  add(filter: string, run: MessageHandler): () => void {
    this.#handlers ??= new TopicTree()
    const entry = { run }
    const plain = unsharedFilter(filter)
    this.#handlers.add(plain, entry)
    return () => this.#handlers?.remove(plain, entry)
  }

  /** Holds messages back, unacknowledged; at the bounds, reading stops. */
  pause(): void {
    this.#waiting ??= []
  }

  /** Hands over what waited, in order, until a receiver pauses anew, and then what comes. */
  resume(): void {
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    for (const [index, { topic, payload, packet, hold }] of waiting.entries()) {
      if (this.#waiting !== undefined) {
        this.#waiting = [...waiting.slice(index), ...this.#waiting]
        return
      }
      const entries = this.#handlers?.match(topic) ?? []
      hold.parts++
      this.#runAll(entries, topic, payload, packet, hold)
      this.#owner.emitMessage(topic, payload, packet)
      this.#letGo(hold)
    }
  }

  /** Called from inside the session's notice; the frame is borrowed. */
  handle(frame: PublishFrame): void {
    const { topic } = frame
    if (this.#waiting !== undefined) return this.#keep(this.#waiting, frame)
    const matching = this.#handlers?.match(topic)
    const isHandled = matching !== undefined && matching.length > 0
    if (!isHandled && !this.#owner.hasListeners) return
    const isBorrowed = !this.#options.isCopying && !isHandled
    const payload = isBorrowed ? borrowed(frame) : copied(frame)
    const packet = this.#packetOf(frame)
    if (isHandled) this.#runAll(matching, topic, payload, packet)
    this.#owner.emitMessage(topic, payload, packet)
  }

  #keep(waiting: Waiting[], frame: PublishFrame): void {
    const payload = copied(frame)
    const packet = this.#packetOf(frame)
    const hold = this.#hold(frame.topic.length + payload.length)
    waiting.push({ topic: frame.topic, payload, packet, hold })
  }

  #packetOf(frame: PublishFrame): ReceivedPacket {
    const { qos, retain, dup, packetId, properties } = frame
    if (!this.#options.isManual || qos === 0) return { qos, retain, dup, packetId, properties }
    const ticket = this.#owner.defer()
    const ack = (): void => {
      if (ticket !== undefined && !ticket.isDone) this.#owner.redeem(ticket)
    }
    return { qos, retain, dup, packetId, properties, ack }
  }

  #runAll(
    entries: readonly Entry[],
    topic: string,
    payload: Buffer,
    packet: ReceivedPacket,
    held?: Hold,
  ): void {
    let hold = held
    for (const { run } of entries) {
      try {
        const pending = run(topic, payload, packet)
        if (pending === undefined) continue
        hold ??= this.#hold(topic.length + payload.length)
        hold.parts++
        const own = hold
        pending
          .catch((error: unknown) => this.#owner.handleFault(error, topic))
          .finally(() => this.#letGo(own))
      } catch (error) {
        this.#owner.handleFault(error, topic)
      }
    }
  }

  #hold(bytes: number): Hold {
    this.#messages++
    this.#bytes += bytes
    const ticket = this.#options.isManual ? undefined : this.#owner.defer()
    this.#judge()
    return { ticket, bytes, parts: 0 }
  }

  #letGo(hold: Hold): void {
    if (--hold.parts > 0) return
    this.#messages--
    this.#bytes -= hold.bytes
    if (hold.ticket !== undefined) this.#owner.redeem(hold.ticket)
    this.#judge()
  }

  /** Full at the bounds, free again at half of them: reading must not flicker. */
  #judge(): void {
    const { messagesMax, bytesMax } = this.#options
    const share = this.#isFull ? 0.5 : 1
    const isFull = this.#messages >= messagesMax * share || this.#bytes >= bytesMax * share
    if (isFull === this.#isFull) return
    this.#isFull = isFull
    this.#owner.setFull(isFull)
  }
}

function copied({ bytes, payloadStart, payloadEnd }: PublishFrame): Buffer {
  return copyPayload(bytes, payloadStart, payloadEnd)
}

function borrowed({ bytes, payloadStart, payloadEnd }: PublishFrame): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset + payloadStart, payloadEnd - payloadStart)
}

/** A shared subscription's messages carry the topic of its inner filter. */
function unsharedFilter(filter: string): string {
  return filter.startsWith('$share/') ? filter.split('/').slice(2).join('/') : filter
}
