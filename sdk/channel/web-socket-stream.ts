// The messages of an open WebSocket as one stream of bytes, on either side, and what its ends mean.
// A file of its own: what it takes is of the package `ws`, whose types a user of the other channels
// need not have.

import type { Duplex } from 'node:stream'
import type { createWebSocketStream, WebSocket } from 'ws'
import { LinkError } from '../errors.ts'
import { linkFailure } from './link-failure.ts'

const UNSUPPORTED_DATA = 1003
/** Closes in good order: normal, going away, without a code. */
const GOOD_CODES: ReadonlySet<number> = new Set([1000, 1001, 1005])

/** Messages as one stream of bytes: a packet may span several and one may hold several. */
export function byteStream(
  name: string,
  ws: WebSocket,
  makeStream: typeof createWebSocketStream,
): Duplex {
  // Ours come before those of the stream, so that a fault is known when it hears of the end.
  ws.on('message', (_bytes, isBinary) => {
    if (isBinary) return
    const message = `${name} sent a text frame, which carries no MQTT`
    ws.close(UNSUPPORTED_DATA)
    stream.destroy(new LinkError('ERR_PROTOCOL_VIOLATION', message))
  })
  ws.once('error', (error: Error & { code?: string }) => {
    stream.destroy(wireFailure(name, error))
    // After its close frame has gone: the other side may never answer it.
    setImmediate(() => ws.terminate())
  })
  ws.once('close', (code) => {
    if (GOOD_CODES.has(code) || stream.destroyed) return
    const message =
      code === 1006 ? `${name} broke the connection off` : `${name} closed with code ${code}`
    stream.destroy(new LinkError('ERR_LINK_LOST', message))
  })
  const stream = makeStream(ws, { allowHalfOpen: false })
  return stream
}

function wireFailure(name: string, error: Error & { code?: string }): LinkError {
  if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
    const message = `${name} sent a message above frameBytesMax`
    return new LinkError('ERR_PACKET_TOO_LARGE', message, { cause: error })
  }
  if (error.code?.startsWith('WS_ERR_')) {
    const message = `${name} broke the WebSocket protocol: ${error.message}`
    return new LinkError('ERR_PROTOCOL_VIOLATION', message, { cause: error })
  }
  return linkFailure(name, error)
}
