// What a server's refusal means: the typed error for it, and whether and how eagerly trying again
// makes sense. Tables by reason code.

import { connackName, reasonName } from '../codec/index.ts'
import type { ConnackPacket, DisconnectPacket, Properties, ProtocolError } from '../codec/index.ts'
import { PeerError } from '../errors.ts'
import type { MotewireError } from '../errors.ts'

/**
 * What to do after a link has ended. `retry`: connect again soon. `throttle`: again, but the server
 * asked for less, or somebody has to mend something: ten times later. `stop`: never by itself.
 */
export type Retry = 'retry' | 'throttle' | 'stop'

/**
 * Codes that say "not so often" or "not before somebody has changed something": server busy,
 * unavailable, quota, rates, credentials, rights, bans [MQTT5 3.2.2.2, MQTT311 3.2.2.3].
 */
const THROTTLED = new Set([
  3, 4, 5, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x93, 0x96, 0x97, 0x98, 0x9f,
])
/**
 * Codes that no repetition heals: another client has our session (our return would throw it out,
 * and it would come back), identifier or will are not acceptable, the version is not spoken.
 */
const FINAL = new Set([1, 2, 0x84, 0x85, 0x8e, 0x90, 0x9a, 0x9b])
/** Refusals that time can heal without anybody changing anything. */
const HEALING = new Set([3, 0x80, 0x83, 0x88, 0x89, 0x97, 0x9f])

/** Whether and how eagerly to connect again after the link has ended with `cause`. */
export function retryOf(cause: MotewireError): Retry {
  if (!(cause instanceof PeerError)) return 'retry'
  if (cause.code !== 'ERR_CONNECT_REFUSED' && cause.code !== 'ERR_SERVER_DISCONNECT') return 'retry'
  if (THROTTLED.has(cause.reasonCode)) return 'throttle'
  const isRefused = cause.code === 'ERR_CONNECT_REFUSED'
  const isFinal = isRefused ? FINAL.has(cause.reasonCode) : cause.reasonCode === TAKEN_OVER
  return isFinal ? 'stop' : 'retry'
}

const TAKEN_OVER = 0x8e

export function refusalError({ reasonCode, properties }: ConnackPacket): PeerError {
  // A 3.x server may answer a 5.0 CONNECT with a code of its own list.
  const said = connackName(reasonCode, reasonCode < 0x80 ? 4 : 5)
  const message = `server refused the connection: ${said}${because(properties)}`
  return new PeerError('ERR_CONNECT_REFUSED', message, reasonCode, {
    retryable: HEALING.has(reasonCode),
    ...detailsOf(properties),
  })
}

export function disconnectError({ reasonCode, properties }: DisconnectPacket): PeerError {
  const message = `server said ${reasonName(reasonCode)}${because(properties)}`
  return new PeerError('ERR_SERVER_DISCONNECT', message, reasonCode, {
    retryable: reasonCode !== TAKEN_OVER,
    ...detailsOf(properties),
  })
}

function because(properties: Properties | undefined): string {
  const reason = properties?.reasonString
  return reason === undefined ? '' : ` (${reason})`
}

function detailsOf(properties: Properties | undefined): {
  reasonString: string | undefined
  serverReference: string | undefined
} {
  return {
    reasonString: properties?.reasonString,
    serverReference: properties?.serverReference,
  }
}

/** The server broke the protocol; a new connection may do better. */
export function protocolFaultError({ reasonCode, message }: ProtocolError): PeerError {
  const code =
    reasonCode === 0x95
      ? 'ERR_PACKET_TOO_LARGE'
      : reasonCode === 0x81
        ? 'ERR_PACKET_MALFORMED'
        : 'ERR_PROTOCOL_VIOLATION'
  return new PeerError(code, message, reasonCode, { retryable: true })
}

/** The server closed, with or without a word: what we sent may be the reason. */
export function isServersDoing(cause: MotewireError): boolean {
  return cause.code === 'ERR_LINK_CLOSED' || cause.code === 'ERR_SERVER_DISCONNECT'
}
