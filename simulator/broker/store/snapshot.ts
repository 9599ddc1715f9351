// All that a broker has to remember, as the records that would bring it about: the log written
// anew. Frames of about a mebibyte, so that a large broker is not doubled in memory.

import type { BrokerCore } from '../core/broker-core.ts'
import { Awaited } from '../core/inflight.ts'
import type { Session } from '../core/session.ts'
import type { VirtualHost } from '../core/virtual-host.ts'
import type { CoreStore } from '../core/store.ts'
import type { RecordWriter } from './records.ts'

const FRAME_BYTES = 1 << 20

/** Where the state is noted. */
export interface SnapshotTarget extends CoreStore {
  noteQueue(host: string, queue: string): void
  receiptsOf(host: string, clientId: string): Iterable<number>
}

/** Notes everything to `store`, whose records come out of `writer`. */
export function* snapshotOf(
  core: BrokerCore,
  store: SnapshotTarget,
  writer: RecordWriter,
): Iterable<Uint8Array> {
  for (const host of core.hosts.values()) {
    for (const step of [...retainedOf(host, store), ...queuesOf(host, store)]) {
      step()
      if (writer.size < FRAME_BYTES) continue
      yield writer.frame
      writer.clear()
    }
    for (const session of host.sessions.values()) {
      if (session.delivery.ledger === undefined) continue
      noteSession(host, session, store)
      if (writer.size < FRAME_BYTES) continue
      yield writer.frame
      writer.clear()
    }
  }
  if (writer.size > 0) yield writer.frame
}

/** The broker's own topics are made anew at each start. */
function* retainedOf(host: VirtualHost, store: SnapshotTarget): Iterable<() => void> {
  for (const message of host.retained.all()) {
    if (!message.topic.startsWith('$SYS/')) yield () => store.noteRetained(host.name, message)
  }
}

function* queuesOf(host: VirtualHost, store: SnapshotTarget): Iterable<() => void> {
  for (const queue of host.queues.values()) {
    yield () => store.noteQueue(host.name, queue.name)
    for (const message of queue.browse()) {
      yield () => store.noteQueued(host.name, queue.name, message)
    }
  }
}

function noteSession(host: VirtualHost, session: Session, store: SnapshotTarget): void {
  const { delivery, clientId } = session
  const ledger = delivery.ledger!
  store.noteSession(host.name, session)
  for (const entry of session.subscriptions.values()) store.noteSubscription(host.name, entry)
  for (const id of store.receiptsOf(host.name, clientId)) {
    store.noteReceipt(host.name, clientId, id, true)
  }
  const table = delivery.inflightTable
  for (const id of table.inOrder()) {
    const awaited = table.awaitedOf(id)
    const qos = awaited === Awaited.puback ? 1 : 2
    ledger.handleQueued(table.messageOf(id), qos, table.retainOf(id), table.identifiersOf(id))
    ledger.handleSent(id)
    if (awaited === Awaited.pubcomp) ledger.handleReceived(id)
  }
  delivery.eachWaiting((message, qos, retain, identifiers) => {
    ledger.handleQueued(message, qos, retain, identifiers)
  })
}
