// Cells that are not ok, and whose fault that is. The list stays true by itself: a cell that fails
// in another way than `error` fails the test, and so does one that works, but for `occasional`.

import type { ProtocolVersion } from '@motewire/sdk'

export interface KnownCell {
  readonly broker: string
  /** Names of the rows. */
  readonly rows: readonly string[]
  /** Default: every version of the row that the broker speaks. */
  readonly versions?: readonly ProtocolVersion[]
  /**
   * 'unsupported': the broker does not claim to do it. 'defect': the broker breaks the standard.
   * 'ours': the SDK does.
   */
  readonly kind: 'unsupported' | 'defect' | 'ours'
  /** What was seen, for people. */
  readonly seen: string
  /** How the row ends then. */
  readonly error: RegExp
  /** Versions with which the row also passed now and then; why is not known. Default: none. */
  readonly occasional?: readonly ProtocolVersion[]
}

const QOS2_GRANTED = [
  'publishes and receives at QoS 2',
  'delivers 200 messages at QoS 2 once and in order',
  'delivers exactly once and in order at QoS 2 over five link cuts',
  'queues QoS 2 messages while the client is away',
]
const EXACTLY_ONCE = 'delivers exactly once and in order at QoS 2 over five link cuts'
const KEEPS_SESSIONS = 'keeps sessions and their queues over a restart'
const KEEPS_RETAINED = 'keeps retained messages over a restart'
const RESENDS_WITH_DUP = 'delivers again with DUP what was not acknowledged'

export const KNOWN_CELLS: readonly KnownCell[] = [
  {
    broker: 'Mosquitto',
    rows: ['tells a client that it was taken over (0x8E)'],
    kind: 'defect',
    seen: 'closes the connection that is taken over without the DISCONNECT of [MQTT5-3.1.4-3]',
    error: /server closed the connection/,
  },
  {
    broker: 'ActiveMQ',
    rows: ['says whether it has the session'],
    kind: 'defect',
    seen: 'answers session present 0 always, also to a client whose queue it then delivers',
    error: /to deeply equal \[ false, true, false, false \]/,
  },
  {
    broker: 'ActiveMQ',
    rows: [EXACTLY_ONCE],
    kind: 'defect',
    seen:
      'does not know a QoS 2 message again that is resent after a reconnect: 126 to 169 arrive ' +
      'for 100 published, with the original Packet Identifier and DUP too',
    error: /to deeply equal|was indeterminate|was not confirmed within/,
  },
  {
    broker: 'ActiveMQ',
    rows: ['keeps topics that begin with $ out of #'],
    kind: 'defect',
    seen:
      'sends its own advisories to a subscriber of `#`, one with the topic ' +
      '`ActiveMQ/Advisory/Consumer/Topic/#`: a wildcard in a PUBLISH, at which the SDK closes. ' +
      '`advisorySupport="false"` in its settings helps',
    error: /waited for message 'marker'/,
  },
  {
    broker: 'ActiveMQ',
    rows: [KEEPS_RETAINED],
    kind: 'unsupported',
    seen: 'keeps retained messages in memory, also with a persistent store',
    error: /expected \[\] to deeply equal/,
  },
  {
    broker: 'RabbitMQ',
    rows: QOS2_GRANTED,
    kind: 'unsupported',
    seen: 'grants at most QoS 1, and answers a QoS 2 PUBLISH with PUBACK',
    error: /expected 1 to be 2/,
  },
  {
    broker: 'RabbitMQ',
    rows: ['gives retained messages to a filter with wildcards'],
    kind: 'unsupported',
    seen: 'gives retained messages only to a filter that is equal to their topic',
    error: /waited for 2 messages, saw \[\]/,
  },
  {
    broker: 'NATS',
    rows: QOS2_GRANTED,
    kind: 'unsupported',
    seen: 'grants at most QoS 1',
    error: /expected 1 to be 2/,
  },
  {
    broker: 'NATS',
    rows: ['completes a QoS 2 publish'],
    kind: 'unsupported',
    seen: 'closes the connection at a QoS 2 PUBLISH and at every resend, so the SDK gives it up',
    error: /was rejected: 0x83/,
  },
  {
    broker: 'NATS',
    rows: [RESENDS_WITH_DUP],
    kind: 'unsupported',
    seen: 'delivers again only when its own timer of 30 s has run out, not at the reconnect',
    error: /waited for 2 messages, saw \[x\]/,
  },
  {
    broker: 'NATS',
    rows: ['keeps topics that begin with $ out of #'],
    kind: 'defect',
    seen: 'delivers its own `$JS/...` and `$MQTT/...` messages to a subscriber of `#`',
    error: /to deeply equal \[\]/,
  },
  {
    broker: 'aedes',
    rows: [RESENDS_WITH_DUP],
    kind: 'defect',
    seen: 'never sets DUP',
    error: /expected \[ false, false \] to deeply equal \[ false, true \]/,
  },
  {
    broker: 'aedes',
    rows: [EXACTLY_ONCE],
    kind: 'defect',
    seen:
      'answers session present 0 to a client that only publishes, and delivers a resent QoS 2 ' +
      'message again: 150 arrive for 100 published',
    error: /to deeply equal|was indeterminate/,
    occasional: [3],
  },
  {
    broker: 'aedes',
    rows: [KEEPS_SESSIONS, KEEPS_RETAINED],
    kind: 'unsupported',
    seen: 'keeps everything in memory',
    error: /saw \[\]|expected \[\] to deeply equal/,
  },
]
