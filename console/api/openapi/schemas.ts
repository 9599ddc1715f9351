// What the API answers and takes, as named schemas: views.ts and workbench-views.ts for programs of
// other languages. A test holds the answers of a running console to them.

import { LINK_FRAMINGS, LINK_KINDS, RULE_FORMS } from '../../link-views.ts'
import { PAYLOAD_ENCODINGS } from '../../views.ts'
import {
  count,
  fields,
  flag,
  list,
  named,
  number,
  orNull,
  qos,
  text,
  time,
  words,
} from './schema.ts'
import type { Schema } from './schema.ts'

const traffic = { messagesIn: count, messagesOut: count, bytesIn: count, bytesOut: count }
const waiting = { queued: count, inflight: count, dropped: count }

const client = {
  clientId: text,
  username: orNull(text),
  isConnected: flag,
  address: text,
  protocolVersion: { type: 'integer', enum: [3, 4, 5] },
  clean: flag,
  keepalive: count,
  connectedAt: time,
  ...traffic,
  ...waiting,
  subscriptions: count,
  recent: orNull(named('RecentRates')),
}

const topic = {
  topic: text,
  messagesIn: count,
  messagesOut: count,
  bytesIn: count,
  ratePerSecond: number,
  lastAt: time,
  hasRetained: flag,
  subscribers: count,
  recent: orNull(named('RecentRates')),
}

const subscriber = { clientId: text, filter: text, qos }
const ladder = fields({
  count,
  min: number,
  mean: number,
  p50: number,
  p90: number,
  p99: number,
  p999: number,
  max: number,
})

const rule = fields({
  subject: words('user', 'group', 'everyone', 'anonymous'),
  name: text,
  permission: words('read', 'write', 'readwrite', 'deny'),
  filter: text,
})

const brokerSchemas: Readonly<Record<string, Schema>> = {
  Broker: fields({
    version: text,
    startedAt: time,
    uptimeMs: count,
    clientsConnected: count,
    sessionsOffline: count,
    connectsTotal: count,
    subscriptions: count,
    topics: count,
    retained: count,
    messagesDropped: count,
    ...traffic,
    queued: count,
    inPerSecond: number,
    outPerSecond: number,
  }),
  Rates: fields({
    everyMs: count,
    samples: list(fields({ at: time, inPerSecond: number, outPerSecond: number })),
  }),
  RecentRates: fields({
    everyMs: count,
    inPerSecond: list(orNull(number)),
    outPerSecond: list(orNull(number)),
  }),
  Client: fields(client),
  ClientDetail: fields({
    ...client,
    subscriptionList: list(fields({ filter: text, qos })),
    inside: orNull(named('ClientInside')),
  }),
  ClientInside: fields({
    groups: list(text),
    queuedBytes: count,
    drops: fields({ queueFull: count, expired: count, tooLarge: count, purged: count }),
    denied: count,
    isOverloaded: flag,
    will: orNull(fields({ topic: text, qos, bytes: count })),
    lastSeen: time,
    expiresAt: time,
    deliveredByFilter: list(fields({ filter: text, delivered: count })),
  }),
  ClientEvent: fields({ at: time, kind: text, detail: text }),
  Topic: fields(topic),
  TopicDetail: fields({
    ...topic,
    subscriberList: list(fields(subscriber)),
    retainedPayload: orNull(named('Payload')),
    lastPayload: orNull(named('Payload')),
    lastQos: qos,
    inside: orNull(named('TopicInside')),
  }),
  TopicInside: fields({
    firstAt: time,
    firstPublisher: orNull(text),
    isSubscribedOnly: flag,
    producers: list(fields({ clientId: text, messages: count, lastAt: time })),
    consumers: list(fields({ ...subscriber, delivered: count, inflight: count })),
  }),
  Payload: fields({ base64: text, isCut: flag }),
  Message: fields({
    topic: text,
    qos,
    retain: flag,
    publisher: text,
    receivedAt: time,
    payloadBytes: count,
    payload: named('Payload'),
  }),
  Queue: fields({
    name: text,
    kind: words('queue', 'shared'),
    depth: count,
    bytes: count,
    messagesIn: count,
    messagesOut: count,
    dropped: count,
    consumers: list(
      fields({ clientId: text, isConnected: flag, inflight: count, delivered: count }),
    ),
  }),
  Session: fields({
    clientId: text,
    isConnected: flag,
    lastSeen: time,
    expiresAt: time,
    queuedBytes: count,
    ...waiting,
    subscriptions: count,
  }),
  Host: fields({
    name: text,
    startedAt: time,
    clientsConnected: count,
    sessions: count,
    topics: count,
    queues: count,
    retained: count,
    messagesIn: count,
    messagesOut: count,
  }),
  Listener: fields({
    name: text,
    kind: words('tcp', 'tls'),
    host: text,
    port: count,
    isAccepting: flag,
    since: time,
    connectedNow: count,
    connectedEver: count,
    ...traffic,
    virtualHost: text,
  }),
  Access: fields({
    hasUsers: flag,
    file: orNull(text),
    allowsAnonymous: flag,
    users: list(
      fields({
        name: text,
        groups: list(text),
        credential: words('plain', 'sha512', 'pbkdf2'),
        isKept: flag,
      }),
    ),
    rules: orNull(list(rule)),
  }),
  Rules: fields({ rules: orNull(list(rule)) }),
  System: fields({
    kind: words('own', 'observed'),
    rows: list(fields({ name: text, value: text })),
  }),
}

const processSchemas: Readonly<Record<string, Schema>> = {
  Whoami: fields({ name: text, role: words('admin', 'viewer') }),
  LogRow: fields({ at: time, name: text, address: text, what: text, status: count }),
  Config: fields({
    file: orNull(text),
    readOnly: orNull(words('no-file', 'mosquitto')),
    text,
    fixed: list(list(text)),
  }),
  Recording: fields({
    id: text,
    name: text,
    filter: text,
    connection: orNull(text),
    state: words('recording', 'full', 'ended'),
    startedAt: time,
    durationMs: number,
    messages: count,
    bytes: count,
    replay: orNull(
      fields({
        connection: text,
        speed: orNull(number),
        prefix: text,
        total: count,
        sent: count,
        failed: count,
        problem: orNull(text),
        isRunning: flag,
      }),
    ),
  }),
  FleetDevice: fields({
    clientId: text,
    group: text,
    isOnline: flag,
    link: orNull(text),
    published: count,
    acked: count,
    lost: count,
    queued: count,
    reconnects: count,
    latitude: orNull(number),
    longitude: orNull(number),
  }),
  FleetMap: fields({
    total: count,
    rows: list(
      fields({
        clientId: text,
        group: text,
        isOnline: flag,
        latitude: number,
        longitude: number,
      }),
    ),
  }),
  Fleet: fields({
    scenario: text,
    broker: text,
    problem: orNull(text),
    phase: words('starting', 'running', 'draining', 'ended'),
    elapsedMs: number,
    durationMs: orNull(number),
    devices: count,
    started: count,
    connected: count,
    published: count,
    acked: count,
    lost: count,
    queued: count,
    reconnects: count,
    errors: count,
    publishesPerSecond: number,
    ackLatencyMs: ladder,
    lagMs: ladder,
    link: orNull(text),
    groups: list(
      fields({
        name: text,
        devices: count,
        connected: count,
        published: count,
        acked: count,
        queued: count,
      }),
    ),
  }),
  BridgeEnd: fields({ address: text, state: text, problem: orNull(text) }),
  Bridge: fields({
    name: text,
    serial: named('BridgeEnd'),
    tcp: named('BridgeEnd'),
    serialToTcpBytes: count,
    tcpToSerialBytes: count,
    droppedBytes: count,
    reopenings: count,
    since: time,
  }),
  PublishRequest: fields(
    { topic: text },
    { payload: text, encoding: words(...PAYLOAD_ENCODINGS), qos, retain: flag },
  ),
  Published: fields(
    { topic: text, payloadBytes: count },
    { outcome: words('delivered', 'repeating') },
  ),
  Error: fields({ error: fields({ code: text, message: text }) }),
  /** The workbench's answers; workbench-views.ts has their fields. */
  Connection: { type: 'object' },
  Ring: { type: 'object' },
  Points: fields({
    newest: count,
    skipped: count,
    rows: list(fields({ at: time, topic: text, value: number })),
  }),
}

const listening = { host: text, port: count, allow: list(text) }
const replyRule = { pattern: text, reply: text, delayMs: count }

const linkSchemas: Readonly<Record<string, Schema>> = {
  LinkRequest: {
    anyOf: [
      fields(
        { kind: words('serial'), path: text },
        {
          baud: count,
          dataBits: { type: 'integer', enum: [5, 6, 7, 8] },
          parity: words('none', 'even', 'odd'),
          stopBits: { type: 'integer', enum: [1, 2] },
          rtscts: flag,
        },
      ),
      fields({ kind: words('tcp-client'), host: text, port: count }),
      fields({ kind: words('tcp-server') }, listening),
      fields({ kind: words('udp'), targetHost: text, targetPort: count }, listening),
    ],
  },
  ReplyRule: fields(replyRule, { form: words(...RULE_FORMS) }),
  Link: fields({
    id: text,
    settings: { type: 'object', properties: { kind: words(...LINK_KINDS) } },
    name: text,
    state: words('opening', 'open', 'closed'),
    problem: orNull(text),
    openedAt: time,
    bytesIn: count,
    bytesOut: count,
    peers: list(text),
    lines: orNull(fields({ dtr: flag, rts: flag })),
    framing: words(...LINK_FRAMINGS),
    gapMs: count,
    damaged: count,
    rules: list(named('ReplyRule')),
    stoppedRules: list(count),
    replies: count,
    series: orNull(fields({ sent: count, count, everyMs: count, isRunning: flag })),
  }),
  LinkEntry: fields({
    sequence: count,
    at: time,
    what: words('in', 'out', 'joined', 'left'),
    peer: text,
    bytes: count,
    base64: text,
  }),
}

export const schemas: Readonly<Record<string, Schema>> = {
  ...brokerSchemas,
  ...processSchemas,
  ...linkSchemas,
}
