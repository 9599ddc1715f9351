// Inbound deliveries: which received messages the server still waits on us for. It answers three
// questions: is this PUBLISH new, is the server within its window, and which acknowledgement may go
// next. Acknowledgements leave in the order of arrival whatever the order in which the application
// is done [MQTT5-4.6.0-2, -3]. QoS 2 identifiers survive reconnects [MQTT5-4.3.3-10]. It knows no
// bytes. Bound: the Receive Maximum that the server was told.

import type { AckType, QoS } from '../codec/index.ts'

/** What became of a PUBLISH. */
export type Arrival = 'new' | 'duplicate' | 'flood'

/** A message the application is not done with. Opaque to everybody else. */
export interface Ticket {
  readonly packetId: number
  readonly qos: QoS
  isDone: boolean
}

/** Whom an inbound delivery tells. */
export interface InboundOwner {
  /** Puts PUBACK (4) or PUBREC (5) on its way. */
  handleDone(type: AckType, packetId: number): void
}

export class Inbound {
  readonly #receiveMax: number
  readonly #owner: InboundOwner
  /** QoS 2 identifiers handed over and not released, each with the connection that brought it. */
  #receipts: Map<number, number> | undefined
  /** Unacknowledged messages of this connection, in the order of arrival. */
  #queue: Ticket[] | undefined
  /** QoS 2 messages the application is not done with, also from earlier connections. */
  #deferred: Map<number, Ticket> | undefined
  #connection = 0
  /** QoS 1 and 2 messages of this connection that the server counts as open. */
  #open = 0

  /** @param receiveMax what the server was told; 65,535 when it was told nothing. */
  constructor(receiveMax: number, owner: InboundOwner) {
    this.#receiveMax = receiveMax
    this.#owner = owner
  }

  /** Identifiers that an earlier life left. */
  restore(receipts: readonly number[]): void {
    for (const packetId of receipts) this.#remember(packetId, 0)
  }

  /** A new connection: acknowledgements of the last one mean nothing on it. */
  handleOnline(isSessionKept: boolean): void {
    this.#connection++
    this.#open = 0
    this.#queue = undefined
    if (isSessionKept) return
    this.#receipts = undefined
    this.#deferred = undefined
  }

  /** A PUBLISH of QoS 1 or 2. */
  arrive(packetId: number, qos: QoS): Arrival {
    const connection = qos === 2 ? this.#receipts?.get(packetId) : undefined
    if (connection !== this.#connection && ++this.#open > this.#receiveMax) return 'flood'
    if (qos === 1) return 'new'
    this.#remember(packetId, this.#connection)
    return connection === undefined ? 'new' : 'duplicate'
  }

  /** The application is done with the message that has just arrived. */
  settle(packetId: number, qos: QoS): void {
    if (this.#queue === undefined) this.#send(packetId, qos)
    else this.#queue.push({ packetId, qos, isDone: true })
  }

  /** A duplicate of a QoS 2 message: PUBREC again, once the application is done with the first. */
  settleDuplicate(packetId: number): void {
    const ticket = this.#deferred?.get(packetId)
    if (ticket === undefined) this.settle(packetId, 2)
    else if (this.#queue?.includes(ticket) !== true) this.#enqueue(ticket)
  }

  /** The application will be done later: hand the ticket back to `redeem` then. */
  defer(packetId: number, qos: QoS): Ticket {
    const ticket: Ticket = { packetId, qos, isDone: false }
    if (qos === 2) {
      this.#deferred ??= new Map()
      this.#deferred.set(packetId, ticket)
    }
    this.#enqueue(ticket)
    return ticket
  }

  /** The application is done: acknowledges this message and those that waited for it, in order. */
  redeem(ticket: Ticket): void {
    ticket.isDone = true
    this.#sendDone()
  }

  /** PUBREL came: false when the identifier is unknown. PUBCOMP is the caller's to send. */
  release(packetId: number): boolean {
    const connection = this.#receipts?.get(packetId)
    if (connection === undefined) return false
    this.#receipts?.delete(packetId)
    if (connection === this.#connection) this.#open--
    return true
  }

  #enqueue(ticket: Ticket): void {
    this.#queue ??= []
    this.#queue.push(ticket)
    this.#sendDone()
  }

  #sendDone(): void {
    const queue = this.#queue
    if (queue?.[0]?.isDone !== true) return
    let count = 1
    while (queue[count]?.isDone === true) count++
    if (count === queue.length) this.#queue = undefined
    for (const { packetId, qos } of queue.splice(0, count)) this.#send(packetId, qos)
  }

  #remember(packetId: number, connection: number): void {
    this.#receipts ??= new Map()
    this.#receipts.set(packetId, connection)
  }

  #send(packetId: number, qos: QoS): void {
    if (qos === 1) this.#open--
    else this.#deferred?.delete(packetId)
    this.#owner.handleDone(qos === 1 ? 4 : 5, packetId)
  }
}
