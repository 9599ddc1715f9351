// What a bridge's server is asked to be: where it listens, who may come, what becomes of a second
// client, and what is spoken. Checks what a caller wrote; accepts nobody itself.

import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { UsageError } from '@motewire/sdk'
import type { Board } from '../port/board.ts'
import type { Address } from './address.ts'
import { Admission, isLoopback } from './admission.ts'
import { checkRange } from './timing.ts'

/** A server for one client that writes, and for as many as you like that watch. */
export interface ListenSource {
  readonly listen: Address
  /**
   * Who may connect: `192.168.1.7`, `10.0.0.0/8`. Default: everybody; a server that listens beyond
   * this computer must say, or ask for certificates with `tls.ca`.
   */
  readonly allow?: readonly string[]
  /** What a client meets when another one is connected. Default `refuse`; `kick` ends the other. */
  readonly whenBusy?: 'refuse' | 'kick'
  /**
   * Clients besides the one that writes; they see what the device sends, and what they send is
   * dropped. One that does not keep up misses bytes. The oldest becomes the writer when that one
   * leaves. 0 to 64, default 0.
   */
  readonly viewersMax?: number
  /** Encrypts. PEM texts; with `ca`, clients must have a certificate of that authority. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string }
  /** Speaks RFC 2217, so that clients set speed and modem lines; `{}` for the defaults. */
  readonly rfc2217?: { readonly board?: Board }
}

const VIEWERS_LIMIT = 64

/** The list of who may come. @throws UsageError `ERR_OPTION_INVALID`. */
export function admissionOf({ listen, allow, tls, viewersMax = 0 }: ListenSource): Admission {
  checkRange('viewersMax', viewersMax, 0, VIEWERS_LIMIT)
  if (allow === undefined && tls?.ca === undefined && !isLoopback(listen.host)) {
    const message =
      `listening on ${listen.host} opens the line to the network, ` +
      'expected a list of who may come (allow) or an authority for certificates (tls.ca)'
    throw new UsageError('ERR_OPTION_INVALID', message)
  }
  return new Admission(allow)
}

/**
 * The server, not listening yet. A handshake that fails ends that connection only.
 * @throws UsageError `ERR_OPTION_INVALID` for a key or certificate that cannot be read.
 */
export function serverOf({ tls }: ListenSource, handle: (socket: Socket) => void): Server {
  if (tls === undefined) return createServer({ noDelay: true }, handle)
  const isMutual = tls.ca !== undefined
  try {
    const options = { ...tls, requestCert: isMutual, rejectUnauthorized: isMutual }
    const server = createTlsServer({ ...options, minVersion: 'TLSv1.2' }, handle)
    return server.on('tlsClientError', (_error, socket) => socket.destroy())
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError('ERR_OPTION_INVALID', `tls cannot be used: ${reason}`, { cause })
  }
}
