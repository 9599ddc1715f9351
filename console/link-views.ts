// What the API says about links: serial ports, TCP and UDP sockets that the console holds open for
// its visitors to debug devices. Part of the contract of views.ts and like it free of imports that
// run. Times are wall-clock milliseconds since 1970, sizes bytes.

import type { SeriesView } from './workbench-views.ts'

export const LINK_KINDS = ['serial', 'tcp-client', 'tcp-server', 'udp'] as const
export type LinkKind = (typeof LINK_KINDS)[number]

/** What stands behind the bytes that are sent, CRC-16/MODBUS low byte first, the others high. */
export const CHECKSUMS = [
  'none',
  'sum8',
  'xor8',
  'lrc',
  'crc16-modbus',
  'crc16-ccitt',
  'crc32',
] as const
export type Checksum = (typeof CHECKSUMS)[number]

/** What the letters of a payload mean: `text` is UTF-8. */
export const LINK_ENCODINGS = ['text', 'gbk', 'hex', 'base64'] as const
export type LinkEncoding = (typeof LINK_ENCODINGS)[number]

export const LINE_ENDINGS = ['none', 'cr', 'lf', 'crlf'] as const
export type LineEnding = (typeof LINE_ENDINGS)[number]

/**
 * How received bytes are cut into entries of the log. `raw`: as they come; `line`: at LF; `gap`:
 * where nothing came for so long; `slip`, `cobs`, `length`: frames with a CRC-16, damaged ones are
 * counted and not shown.
 */
export const LINK_FRAMINGS = ['raw', 'line', 'gap', 'slip', 'cobs', 'length'] as const
export type LinkFraming = (typeof LINK_FRAMINGS)[number]

export interface SerialLinkRequest {
  readonly kind: 'serial'
  /** One of `GET /api/v1/ports`. */
  readonly path: string
  /** Bits a second. Default 115,200. */
  readonly baud?: number
  readonly dataBits?: 5 | 6 | 7 | 8
  readonly parity?: 'none' | 'even' | 'odd'
  readonly stopBits?: 1 | 2
  readonly rtscts?: boolean
}

export interface TcpClientRequest {
  readonly kind: 'tcp-client'
  readonly host: string
  readonly port: number
}

export interface TcpServerRequest {
  readonly kind: 'tcp-server'
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** Who may come, addresses and networks; needed for a host that is not loopback. */
  readonly allow?: readonly string[]
}

export interface UdpRequest {
  readonly kind: 'udp'
  /** Address to receive on. Default `127.0.0.1`. */
  readonly host?: string
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** Whose datagrams are taken; default beyond loopback: the target's. */
  readonly allow?: readonly string[]
  readonly targetHost: string
  readonly targetPort: number
}

/** The body of `POST /api/v1/links`. */
export type LinkRequest = SerialLinkRequest | TcpClientRequest | TcpServerRequest | UdpRequest

/** `hex`: pairs, of which `??` stands for any byte; `text`: UTF-8 with \r \n \t \0 and \\. */
export const RULE_FORMS = ['hex', 'text', 'regex'] as const
export type RuleForm = (typeof RULE_FORMS)[number]

/** Answers `reply` where `pattern` came. */
export interface ReplyRule {
  /** Of both; the reply to a `regex` is text. Default `hex`. */
  readonly form?: RuleForm
  readonly pattern: string
  readonly reply: string
  readonly delayMs: number
}

export interface LinkView {
  readonly id: string
  readonly settings: LinkRequest
  /** `serial /dev/ttyUSB0`, `tcp 127.0.0.1:9000`, of a server the port that it got. */
  readonly name: string
  readonly state: 'opening' | 'open' | 'closed'
  readonly problem: string | null
  readonly openedAt: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** Who is there, of a server and UDP. */
  readonly peers: readonly string[]
  /** The lines that we drive; null where there are none. */
  readonly lines: { readonly dtr: boolean; readonly rts: boolean } | null
  readonly framing: LinkFraming
  readonly gapMs: number
  /** Frames that were not whole. */
  readonly damaged: number
  readonly rules: readonly ReplyRule[]
  /** Positions of rules that are off, because their expression took too long. */
  readonly stoppedRules: readonly number[]
  readonly replies: number
  readonly series: Omit<SeriesView, 'topic'> | null
}

/** A row of the log of a link. */
export interface LinkEntry {
  readonly sequence: number
  readonly at: number
  readonly what: 'in' | 'out' | 'joined' | 'left'
  /** With whom, of a server and UDP; else ''. */
  readonly peer: string
  readonly bytes: number
  readonly base64: string
}

/** The body of `POST /api/v1/links/ID/send`. */
export interface LinkSendRequest {
  readonly payload: string
  /** Default `text`. */
  readonly encoding?: LinkEncoding
  /** Stands behind the payload. Default `none`. */
  readonly checksum?: Checksum
  /** Stands behind both. Default `none`. */
  readonly ending?: LineEnding
  /** One of the peers; default: all of a server, the target of UDP. */
  readonly peer?: string
  readonly repeat?: { readonly count: number; readonly everyMs: number }
}

export interface SerialPortView {
  readonly path: string
  /** What is plugged in there, '' when unknown. */
  readonly product: string
}
