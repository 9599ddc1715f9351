// What a server's refusal means: the typed error for it and whether trying again makes sense.

import { connackName, reasonName } from '../codec/index.ts'
import type { ConnackPacket, DisconnectPacket, ProtocolError } from '../codec/index.ts'
import { PeerError } from '../errors.ts'
import type { MotewireError } from '../errors.ts'

/**
 * Refusals that time can heal without anybody changing anything [MQTT5 3.2.2.2, MQTT311 3.2.2.3].
 */
const HEALING_CODES = [3, 0x80, 0x83, 0x88, 0x89, 0x97, 0x9f]

/** Session taken over: our return would throw the other out, who would come back. */
const TAKEN_OVER = 0x8e

export function refusalError({ reasonCode, properties }: ConnackPacket): PeerError {
  // A 3.x server may answer a 5.0 CONNECT with a code of its own list.
  const said = connackName(reasonCode, reasonCode < 0x80 ? 4 : 5)
  const reasonString = properties?.reasonString
  const because = reasonString === undefined ? '' : ` (${reasonString})`
  const message = `server refused the connection: ${said}${because}`
  const retryable = HEALING_CODES.includes(reasonCode)
  return new PeerError('ERR_CONNECT_REFUSED', message, reasonCode, { retryable, reasonString })
}

export function disconnectError({ reasonCode, properties }: DisconnectPacket): PeerError {
  const message = `server said ${reasonName(reasonCode)}`
  return new PeerError('ERR_SERVER_DISCONNECT', message, reasonCode, {
    retryable: reasonCode !== TAKEN_OVER,
    reasonString: properties?.reasonString,
  })
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

/**
 * Only a session taken over ends the attempts; other refusals are tried again, ever more slowly.
 */
export function isFinal(cause: MotewireError): boolean {
  return cause instanceof PeerError && cause.code === 'ERR_SERVER_DISCONNECT' && !cause.retryable
}
