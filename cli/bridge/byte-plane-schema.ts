// The schema of what a port of bytes is joined to: servers, datagrams, and what is said besides.

import { isIP } from 'node:net'
import {
  either,
  duration,
  flag,
  listOf,
  mapping,
  rule,
  textOf,
  whole,
  word,
} from '@motewire/simulator/document'
import type { Schema } from '@motewire/simulator/document'
import { isLoopback, PacketTemplate, parseAddress, parseNetwork } from '@motewire/hardware'

/** A server: where it listens, who may come, and what becomes of a second client. */
export interface ListenEntry {
  readonly address: string
  readonly allow?: readonly string[] | undefined
  readonly viewers?: number | undefined
  readonly kick?: boolean | undefined
  readonly rfc2217?: boolean | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly ca?: string | undefined
}

export interface UdpEntry {
  readonly listen?: string | undefined
  readonly peers?: readonly string[] | undefined
  readonly learn?: boolean | undefined
  readonly allow?: readonly string[] | undefined
}

/** Text with placeholders, or bytes in hex. */
export interface PacketEntry {
  readonly text?: string | undefined
  readonly hex?: string | undefined
}

export interface RegistrationEntry extends PacketEntry {
  readonly when: 'connect' | 'packet' | 'both'
}

export interface HeartbeatEntry extends PacketEntry {
  readonly every: number
}

export interface GatherEntry {
  readonly idle?: number | undefined
  readonly bytes?: number | undefined
  readonly mark?: string | undefined
}

export const ADDRESS: ReturnType<typeof textOf> = textOf(
  'HOST:PORT',
  /^(\[[0-9a-fA-F:.%\w]+\]|[^:[\]\s/]+):\d{1,5}$/,
)
export const FILE: ReturnType<typeof textOf> = textOf('the name of a file')

const NETWORK = textOf('an address or a network like 192.168.1.0/24').refine(
  (text) => parseNetwork(text) !== undefined,
  { error: 'an address or a network like 192.168.1.0/24' },
)
const NETWORKS_MAX = 256
const PEERS_MAX = 32
const allow = listOf(NETWORK, 'a list of addresses and networks', NETWORKS_MAX)

export const server: Schema<ListenEntry> = either(
  ADDRESS.transform((address): ListenEntry => ({ address })),
  mapping({
    address: ADDRESS.describe('HOST:PORT.'),
    allow: allow
      .optional()
      .describe('Who may connect. Default: everybody, where only this computer can.'),
    viewers: whole(0, 64)
      .optional()
      .describe('Clients that watch the one that writes. Default: 0.'),
    kick: flag().optional().describe('A new client takes the place of the one before.'),
    rfc2217: flag().optional().describe('Clients set speed and modem lines.'),
    cert: FILE.optional().describe('Encrypts: the certificate of the server, PEM.'),
    key: FILE.optional().describe('Private key of the certificate, PEM.'),
    ca: FILE.optional().describe('Clients must have a certificate of this authority, PEM.'),
  }).refine(
    ({ cert, key, ca }) => (cert === undefined) === (key === undefined) && (!ca || cert),
    rule('cert', 'cert and key together, also for ca'),
  ),
  'HOST:PORT, or a mapping with address, allow, viewers, kick, rfc2217, cert, key and ca',
).refine(
  ({ address, allow: list, ca }) =>
    list !== undefined || ca !== undefined || isLoopback(parseAddress(address).host),
  { error: 'allow or ca beside an address that opens the line to the network' },
)

export const udp: Schema<UdpEntry> = either(
  ADDRESS.transform((peer): UdpEntry => ({ peers: [peer] })),
  mapping({
    listen: ADDRESS.optional().describe('Where datagrams are taken. Default: a free port.'),
    peers: listOf(ADDRESS, 'a list of HOST:PORT', PEERS_MAX)
      .optional()
      .describe('Who gets what the device sends.'),
    learn: flag().optional().describe('The first sender that is allowed becomes a peer.'),
    allow: allow.optional().describe('Whose datagrams are taken. Default: those of the peers.'),
  })
    .refine(
      ({ listen, peers, learn }) => peers !== undefined || (learn === true && listen !== undefined),
      rule('peers', 'peers, or learn: true with an address to listen at'),
    )
    .refine(
      ({ listen, learn, allow: list }) =>
        learn !== true || list !== undefined || listen === undefined || isLocal(listen),
      rule('allow', 'allow beside learn and an address that opens the line to the network'),
    ),
  'HOST:PORT, or a mapping with listen, peers, learn and allow',
)

/** Placeholders of a text, by what the port is. */
const TEMPLATE_FIELDS = { port: 'x', serial: 'x', host: 'x' }
const PACKET = {
  text: textOf('1 to 255 bytes of text')
    .refine((text) => isTemplate(text), {
      error: 'text of 1 to 255 bytes, with no placeholder but %port, %serial, %host, %time and %%',
    })
    .optional()
    .describe('%port, %serial, %host and %time are filled in; %% is a percent sign.'),
  hex: textOf('bytes in hex like 7e 01 0a', /^([0-9a-fA-F]{2}[\s:]*){1,255}$/)
    .optional()
    .describe('Bytes: 7e 01 0a.'),
}
const ONE_PACKET = rule('text', 'either text or hex')

export const registration: Schema<RegistrationEntry> = mapping({
  ...PACKET,
  when: word(['connect', 'packet', 'both']).default('connect').describe('When it is sent.'),
}).refine(isOnePacket, ONE_PACKET)

const heartbeat = mapping({
  ...PACKET,
  every: duration(100, 65_535_000).describe('Sent when nothing else was for so long.'),
}).refine(isOnePacket, ONE_PACKET)

export const heartbeats: Schema<{
  readonly net?: HeartbeatEntry | undefined
  readonly device?: HeartbeatEntry | undefined
}> = mapping({
  net: heartbeat.optional().describe('To the other side.'),
  device: heartbeat.optional().describe('To the device.'),
})

export const gather: Schema<GatherEntry> = mapping({
  idle: duration(1, 60_000).optional().describe('A piece ends with such a pause. Default: 10ms.'),
  bytes: whole(1, 65_536).optional().describe('Or when it is so long. Default: 1024.'),
  mark: textOf('1 to 8 characters', /^[\s\S]{1,8}$/)
    .optional()
    .describe('Or behind these.'),
})

function isOnePacket({ text, hex }: PacketEntry): boolean {
  return (text === undefined) !== (hex === undefined)
}

function isTemplate(text: string): boolean {
  try {
    PacketTemplate.text(text, TEMPLATE_FIELDS)
    return true
  } catch {
    return false
  }
}

function isLocal(address: string): boolean {
  const { host } = parseAddress(address)
  return isLoopback(host) && (isIP(host) !== 0 || host === 'localhost')
}
