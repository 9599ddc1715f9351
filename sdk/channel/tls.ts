// TLS over a TCP socket or a proxy's tunnel. The options are Node's own and mean what they mean
// there; certificates are always checked unless `rejectUnauthorized: false` is written. Keys and
// certificates are read once and shared by all attempts, and the session of the last connection is
// resumed: fewer bytes and one round trip less on each reconnect.

import { isIP } from 'node:net'
import type { Socket } from 'node:net'
import { connect, createSecureContext } from 'node:tls'
import type { SecureContext, SecureContextOptions, SecureVersion, TLSSocket } from 'node:tls'
import { UsageError } from '../errors.ts'
import type { Attempt } from './attempt.ts'
import { addressName, dialSocket } from './socket.ts'
import type { SocketAddress, TcpAddress } from './socket.ts'
import { StreamChannel } from './stream-channel.ts'

type Pem = string | Uint8Array

export interface TlsOptions {
  /** Authorities to trust, PEM. Default: those that Node brings. */
  readonly ca?: Pem | readonly Pem[]
  /** Client certificate with its chain, PEM. */
  readonly cert?: Pem | readonly Pem[]
  /** Private key of `cert`, PEM. */
  readonly key?: Pem | readonly Pem[]
  /** Of the key. */
  readonly passphrase?: string
  /** Name sent to the server (SNI) and looked for in its certificate. Default: the URL's host. */
  readonly servername?: string
  /** Protocols offered, such as `mqtt` or `x-amzn-mqtt-ca`. Default: none. */
  readonly ALPNProtocols?: readonly string[]
  /** Refuse a server whose certificate is not good. Default true, whatever the environment says. */
  readonly rejectUnauthorized?: boolean
  /** Oldest version spoken. Default 'TLSv1.2'. */
  readonly minVersion?: SecureVersion
}

export class TlsChannel extends StreamChannel {
  /** @throws UsageError ERR_OPTION_INVALID for a key or certificate that cannot be read. */
  constructor(address: TcpAddress, options: TlsOptions | TlsDialer = {}) {
    const dialer = options instanceof TlsDialer ? options : new TlsDialer(options)
    super(`tls ${addressName(address)}`, (attempt) => {
      dialer.dial(attempt, address, (socket) => attempt.succeed(socket))
    })
  }
}

/** What all TLS connections of one client share. */
export class TlsDialer {
  readonly #options: TlsOptions
  readonly #context: SecureContext
  #session: Buffer | undefined

  /** @throws UsageError ERR_OPTION_INVALID for a key or certificate that cannot be read. */
  constructor(options: TlsOptions) {
    this.#options = options
    this.#context = secureContext(options)
  }

  dial(attempt: Attempt, address: SocketAddress, next: (socket: TLSSocket) => void): void {
    dialSocket(attempt, address, (socket) => this.#secure(attempt, socket, address, next))
  }

  #secure(
    attempt: Attempt,
    socket: Socket,
    address: SocketAddress,
    next: (socket: TLSSocket) => void,
  ): void {
    const host = 'host' in address ? address.host : 'localhost'
    const { servername = isIP(host) === 0 ? host : undefined } = this.#options
    const { ALPNProtocols, rejectUnauthorized = true } = this.#options
    const secure = connect({
      socket,
      host,
      secureContext: this.#context,
      rejectUnauthorized,
      ...(servername === undefined ? {} : { servername }),
      ...(ALPNProtocols === undefined ? {} : { ALPNProtocols: [...ALPNProtocols] }),
      ...(this.#session === undefined ? {} : { session: this.#session }),
    })
    secure.on('session', (session) => (this.#session = session))
    attempt.follow(
      secure,
      'secureConnect',
      () => next(secure),
      () => secure.destroy(),
    )
  }
}

function secureContext(options: TlsOptions): SecureContext {
  const { ca, cert, key, passphrase, minVersion = 'TLSv1.2' } = options
  // OpenSSL takes any text for authorities and finds none in it, for instance in a file's name.
  const authorities = ca === undefined ? [] : [ca].flat()
  if (authorities.some((one) => !/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/.test(textOf(one)))) {
    throw unusable('ca', new Error('it holds no PEM certificate'))
  }
  const context: SecureContextOptions = { minVersion }
  // One after the other, so that the message names the one that is wrong. The key comes last: it
  // must fit the certificate.
  for (const [name, part] of Object.entries({ ca, cert, key })) {
    if (part === undefined) continue
    const wanted = name === 'key' && passphrase !== undefined ? { passphrase } : {}
    Object.assign(context, { [name]: part }, wanted)
    try {
      createSecureContext(context)
    } catch (cause) {
      throw unusable(name, cause)
    }
  }
  return createSecureContext(context)
}

function textOf(pem: Pem): string {
  return typeof pem === 'string' ? pem : Buffer.from(pem).toString('latin1')
}

function unusable(name: string, cause: unknown): UsageError {
  const message = cause instanceof Error ? cause.message : String(cause)
  const reason = message.split('\n', 1)[0]?.split(':').at(-1) ?? message
  return new UsageError('ERR_OPTION_INVALID', `option ${name} cannot be used: ${reason}`, { cause })
}
