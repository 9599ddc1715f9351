// The schema of a bridge configuration: what each key may hold, and which keys go together. Files
// that it names are read by bridge-config.ts.

import {
  duration,
  either,
  flag,
  jsonSchemaOf,
  listOf,
  mapping,
  named,
  number,
  rule,
  textOf,
  versionOne,
  whole,
  word,
} from '@motewire/simulator/document'
import type { Schema } from '@motewire/simulator/document'
import {
  ADDRESS,
  FILE,
  gather,
  heartbeats,
  registration,
  server,
  udp,
} from './byte-plane-schema.ts'
import type {
  GatherEntry,
  HeartbeatEntry,
  ListenEntry,
  RegistrationEntry,
  UdpEntry,
} from './byte-plane-schema.ts'

/** What the device speaks; `bytes`: nothing that we know. */
export type Language = 'bytes' | 'mqtt' | 'mqtt-sn' | 'lines' | 'modbus'

export interface BrokerEntry {
  readonly url?: string | undefined
  readonly clientId?: string | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly passwordFile?: string | undefined
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly keepalive?: number | undefined
}

export interface PollEntry {
  readonly unit: number
  readonly kind: 'coil' | 'discrete' | 'holding' | 'input'
  readonly address: number
  readonly type: 'bit' | 'u16' | 'i16' | 'u32' | 'i32' | 'f32'
  readonly words: 'big' | 'little'
  readonly scale: number
  readonly every: number
  readonly change: number
  readonly writable: boolean
}

export interface PortEntry {
  readonly serial: string
  readonly baud?: number | undefined
  readonly dataBits?: number | undefined
  readonly parity?: 'none' | 'even' | 'odd' | undefined
  readonly stopBits?: number | undefined
  readonly rtscts?: boolean | undefined
  readonly lines?: 'keep' | 'assert' | 'release' | undefined
  readonly speaks: Language
  readonly tcp?: string | undefined
  readonly listen?: ListenEntry | undefined
  readonly udp?: UdpEntry | undefined
  readonly registration?: RegistrationEntry | undefined
  readonly heartbeat?:
    | { readonly net?: HeartbeatEntry | undefined; readonly device?: HeartbeatEntry | undefined }
    | undefined
  readonly gather?: GatherEntry | undefined
  readonly session: 'device' | 'bridge'
  readonly framing: 'raw' | 'slip' | 'cobs' | 'hdlc' | 'length'
  readonly broker?: BrokerEntry | undefined
  readonly topics?: readonly { readonly device: string; readonly broker: string }[] | undefined
  readonly topic?: string | undefined
  readonly commands?: string | undefined
  readonly store?: string | undefined
  readonly outbox?:
    | {
        readonly messages?: number | undefined
        readonly bytes?: number | undefined
        readonly whenFull?: 'drop-newest' | 'drop-oldest' | 'latest-per-topic' | undefined
      }
    | undefined
  readonly window?: number | undefined
  readonly packet?: number | undefined
  readonly silentAfter?: number | undefined
  readonly awake?: number | undefined
  readonly tellsBroker?: boolean | undefined
  readonly points?: Readonly<Record<string, PollEntry>> | undefined
  readonly predefined?: Readonly<Record<string, string>> | undefined
  readonly stallAfter?: number | undefined
  readonly trace?: 'mqtt' | 'hex' | undefined
  readonly pcap?: string | undefined
  readonly pcapBytes?: number | undefined
}

export interface BridgeFile {
  readonly version: 1
  readonly broker?: BrokerEntry | undefined
  readonly metrics?: number | undefined
  readonly status?: { readonly topic: string; readonly every: number } | undefined
  readonly ports: Readonly<Record<string, PortEntry>>
}

const URL_TEXT = textOf(
  'a broker URL such as mqtt://127.0.0.1:1883 or mqtts://broker.example',
  /^(mqtts?|tcp|ssl|wss?|unix):\/\/\S+$/,
)
const TOPIC = textOf('a topic without wildcards', /^[^+#\0]{1,1000}$/)
const PREFIX = textOf('the beginning of topics, without wildcards', /^[^+#\0]{0,1000}$/)
const FILTER = textOf('a topic filter')
const PORT_NAME = textOf('a name of letters, digits, - _ and .', /^[\w.-]{1,64}$/)

/** Ports of one process at most. */
const POINTS_MAX = 1_000

const broker = either(
  URL_TEXT.transform((url) => ({ url })),
  mapping({
    url: URL_TEXT.optional().describe('Where the broker is.'),
    clientId: textOf('a client identifier').optional().describe('Default: the name of the port.'),
    username: textOf('a user name').optional(),
    password: textOf('a password').optional().describe('Better: passwordFile.'),
    passwordFile: FILE.optional().describe('A file that holds the password in its first line.'),
    ca: FILE.optional().describe('Authorities to trust, PEM.'),
    cert: FILE.optional().describe('Client certificate, PEM.'),
    key: FILE.optional().describe('Private key of the certificate, PEM.'),
    keepalive: whole(0, 65_535).optional().describe('Seconds. Default: 60.'),
  })
    .refine(
      ({ cert, key }) => (cert === undefined) === (key === undefined),
      rule('cert', 'cert and key together'),
    )
    .refine(
      ({ password, passwordFile }) => password === undefined || passwordFile === undefined,
      rule('password', 'either password or passwordFile'),
    ),
  'a broker URL, or a mapping with url, username, passwordFile, ca, cert and key',
)

const point = mapping({
  unit: whole(1, 247).default(1).describe('Address of the slave.'),
  kind: word(['coil', 'discrete', 'holding', 'input']).default('holding'),
  address: whole(0, 65_535).describe('Of the first register or bit, counted from 0.'),
  type: word(['bit', 'u16', 'i16', 'u32', 'i32', 'f32']).default('u16'),
  words: word(['big', 'little']).default('big').describe('Which of two registers comes first.'),
  scale: number(-1e9, 1e9).default(1).describe('The value is the register times this.'),
  every: duration(10).prefault('1s').describe('How often it is read.'),
  change: number(0, 1e9).default(0).describe('Told when it differs by more than this.'),
  writable: flag().default(false).describe('Whether NAME/set/POINT writes it.'),
}).refine(
  ({ kind, type }) => (kind === 'coil' || kind === 'discrete') === (type === 'bit'),
  rule('type', 'bit for coils and discrete inputs, and only for them'),
)

const port = mapping({
  serial: textOf('the path of a serial port').describe('/dev/ttyUSB0, /dev/serial/by-id/..., COM3'),
  baud: whole(50, 20_000_000).optional().describe('Bits a second. Default: 115200.'),
  dataBits: whole(5, 8).optional(),
  parity: word(['none', 'even', 'odd']).optional(),
  stopBits: whole(1, 2).optional(),
  rtscts: flag().optional().describe('Hardware flow control.'),
  lines: word(['keep', 'assert', 'release']).optional().describe('DTR and RTS at opening.'),
  speaks: word(['bytes', 'mqtt', 'mqtt-sn', 'lines', 'modbus'])
    .default('mqtt')
    .describe('What the device speaks.'),
  tcp: ADDRESS.optional().describe('bytes: passed on to this address.'),
  listen: server.optional().describe('bytes: passed on to the client that connects here.'),
  udp: udp.optional().describe('bytes: passed on in datagrams.'),
  registration: registration.optional().describe('bytes: what the other side is told at first.'),
  heartbeat: heartbeats.optional().describe('bytes: what a side is told when nothing else is.'),
  gather: gather.optional().describe('bytes: pieces that are passed on as a whole.'),
  session: word(['device', 'bridge'])
    .default('device')
    .describe('mqtt: whose session the broker sees.'),
  framing: word(['raw', 'slip', 'cobs', 'hdlc', 'length']).default('raw'),
  broker: broker.optional().describe("What differs from the file's broker."),
  topics: listOf(mapping({ device: PREFIX, broker: PREFIX }), 'a list of rules', 100)
    .optional()
    .describe('What topics begin with: on the device, and on the broker.'),
  topic: TOPIC.optional().describe('lines: topic of a line; {KEY} is a field of a JSON line.'),
  commands: FILTER.optional().describe('lines: filter of what the device is told.'),
  store: FILE.optional().describe('Journal that keeps messages over the end of the process.'),
  outbox: mapping({
    messages: whole(1, 10_000_000).optional(),
    bytes: whole(1, 2 ** 40).optional(),
    whenFull: word(['drop-newest', 'drop-oldest', 'latest-per-topic']).optional(),
  })
    .optional()
    .describe('What waits while the broker is away.'),
  window: whole(16, 65_535).optional().describe("Bytes of the device's receive buffer."),
  packet: whole(16, 65_536).optional().describe('Longest packet that the device can hold.'),
  silentAfter: duration(1).optional().describe('lines: without a line for so long it is silent.'),
  awake: duration(1).optional().describe('A device that sleeps listens so long after it spoke.'),
  tellsBroker: flag().optional().describe('lines: the device is told "broker up" and "down".'),
  points: named(PORT_NAME, point, 'a mapping of points')
    .refine((points) => Object.keys(points).length <= POINTS_MAX, {
      error: `at most ${POINTS_MAX} points`,
    })
    .optional()
    .describe('modbus: what is read, by name.'),
  predefined: named(textOf('a topic id', /^\d{1,5}$/), TOPIC, 'a mapping of topic ids to topics')
    .optional()
    .describe('mqtt-sn: topics known to both sides, by their ids.'),
  stallAfter: duration(100, 3_600_000)
    .optional()
    .describe('Bytes that the port takes none of for so long make it stalled. Default: 5s.'),
  trace: word(['mqtt', 'hex']).optional().describe('Shows what passes: packets, or a hex dump.'),
  pcap: FILE.optional().describe('A capture file (pcapng) of what passes.'),
  pcapBytes: whole(262_144, 2 ** 40)
    .optional()
    .describe('Bytes of it and the one before it. Default: 67,108,864.'),
})
  .refine(
    ({ speaks, tcp, listen, udp: datagrams }) =>
      speaks !== 'bytes' ||
      [tcp, listen, datagrams].filter((one) => one !== undefined).length === 1,
    rule('speaks', 'one of tcp, listen and udp beside it for bytes'),
  )
  .refine(
    ({ speaks, points }) => (speaks === 'modbus') === (points !== undefined),
    rule('speaks', 'points with modbus, and only then'),
  )
  .refine(
    ({ trace, speaks }) => trace !== 'mqtt' || speaks === 'mqtt' || speaks === 'bytes',
    rule('trace', 'hex, or speaks: mqtt or bytes beside it'),
  )
  .refine(
    ({ pcap, pcapBytes }) => pcapBytes === undefined || pcap !== undefined,
    rule('pcapBytes', 'pcap beside it'),
  )

/** Which keys mean something only for some languages. */
const ONLY_FOR: Readonly<Record<string, readonly Language[]>> = {
  tcp: ['bytes'],
  listen: ['bytes'],
  udp: ['bytes'],
  registration: ['bytes'],
  heartbeat: ['bytes'],
  gather: ['bytes'],
  broker: ['mqtt', 'mqtt-sn', 'lines', 'modbus'],
  topics: ['mqtt', 'mqtt-sn'],
  topic: ['lines'],
  commands: ['lines'],
  silentAfter: ['lines'],
  tellsBroker: ['lines'],
  window: ['mqtt', 'mqtt-sn', 'lines'],
  packet: ['mqtt', 'mqtt-sn'],
  awake: ['mqtt'],
  store: ['mqtt', 'mqtt-sn', 'lines', 'modbus'],
  outbox: ['mqtt', 'mqtt-sn', 'lines', 'modbus'],
  predefined: ['mqtt-sn'],
}

/** The keys of a port that say nothing for what it speaks, with what they are for. */
export function idleKeys(entry: PortEntry): { readonly key: string; readonly expected: string }[] {
  const present = Object.entries(entry).filter(([, value]) => value !== undefined)
  const idle = present.flatMap(([key]) => {
    const languages = ONLY_FOR[key]
    if (languages === undefined || languages.includes(entry.speaks)) return []
    return [{ key, expected: `speaks: ${languages.join(' or ')} beside it` }]
  })
  const isPassing = entry.speaks === 'mqtt' && entry.session === 'device'
  const own = ['topics', 'awake', 'store', 'outbox'].filter((key) => {
    return isPassing && entry[key as keyof PortEntry] !== undefined
  })
  return [...idle, ...own.map((key) => ({ key, expected: 'session: bridge beside it' }))]
}

export const bridgeSchema: Schema<BridgeFile> = mapping(
  {
    version: versionOne().describe('Version of the configuration. This one is 1.'),
    broker: broker.optional().describe('The broker of all ports.'),
    metrics: whole(0, 65_535)
      .optional()
      .describe('Port of 127.0.0.1 that serves /metrics for Prometheus.'),
    status: mapping({
      topic: TOPIC.describe('Begins the topics of the status.'),
      every: duration(100).prefault('30s').describe('How often it is told without a change.'),
    })
      .optional()
      .describe('What the bridge tells about itself, on the broker of the file.'),
    ports: named(PORT_NAME, port, 'a mapping of ports by name').describe('The ports, by name.'),
  },
  'a mapping with version: 1 and ports',
).refine(
  ({ status, broker: common }) => status === undefined || common !== undefined,
  rule('status', 'broker beside it'),
)

/** The JSON Schema of bridge configurations, for editors; published as bridge.schema.json. */
export function bridgeJsonSchema(): Record<string, unknown> {
  const description = 'Serial ports on an MQTT broker. Reference: docs/bridge-config.md'
  return jsonSchemaOf(bridgeSchema, 'motewire bridge', description)
}
