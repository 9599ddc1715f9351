// Proxies: reads their URL, and makes a tunnel of a socket that is connected to one. Bytes of the
// tunnel that come together with the proxy's answer are put back for the next reader.

import type { Socket } from 'node:net'
import { LinkError, UsageError } from '../errors.ts'
import type { Attempt } from './attempt.ts'
import { HttpConnectHandshake } from './http-connect.ts'
import { describeTarget } from './proxy-handshake.ts'
import type { Credentials, ProxyHandshake, ProxyTarget } from './proxy-handshake.ts'
import { Socks5Handshake } from './socks5.ts'

export interface Proxy {
  readonly kind: 'socks5' | 'http'
  readonly host: string
  readonly port: number
  readonly credentials?: Credentials
}

const KINDS: Readonly<Record<string, { readonly kind: Proxy['kind']; readonly port: number }>> = {
  'socks5:': { kind: 'socks5', port: 1080 },
  'socks5h:': { kind: 'socks5', port: 1080 },
  'http:': { kind: 'http', port: 80 },
}
/** Each in one length byte (RFC 1929). */
const SOCKS_TEXT_BYTES = 255

/**
 * Reads `socks5://user:password@host:1080` or `http://user:password@host:3128`.
 * @throws UsageError ERR_OPTION_INVALID.
 */
export function parseProxy(text: string | URL): Proxy {
  const url = URL.canParse(String(text)) ? new URL(text) : undefined
  const known = KINDS[url?.protocol ?? '']
  if (url === undefined || known === undefined || url.hostname === '') {
    const found = url === undefined ? 'no URL' : `${url.protocol}//${url.host}`
    throw invalid(`is ${found}, expected socks5://host:port or http://host:port`)
  }
  const { kind } = known
  const username = decodeURIComponent(url.username)
  const password = decodeURIComponent(url.password)
  const isLong = [username, password].some((part) => Buffer.byteLength(part) > SOCKS_TEXT_BYTES)
  if (kind === 'socks5' && isLong) {
    throw invalid(`has a user name or password above ${SOCKS_TEXT_BYTES} bytes`)
  }
  return {
    kind,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? known.port : Number(url.port),
    ...(username === '' ? {} : { credentials: { username, password } }),
  }
}

function invalid(what: string): UsageError {
  return new UsageError('ERR_OPTION_INVALID', `option proxy ${what}`)
}

/** Without the password: names stand in logs. */
export function proxyName(proxy: Proxy): string {
  return `${proxy.kind} ${describeTarget(proxy)}`
}

/** Makes a tunnel to `target` of a socket connected to the proxy. */
export function dialProxy(
  attempt: Attempt,
  socket: Socket,
  proxy: Proxy,
  target: ProxyTarget,
  next: () => void,
): void {
  const name = `proxy ${proxyName(proxy)}`
  const handshake = handshakeOf(proxy, target)
  const fail = (what: string): void => {
    attempt.fail(new LinkError('ERR_LINK_PROXY', `${name} ${what}`))
  }
  const handleEnd = (): void => fail('closed the connection during its handshake')
  const handleData = (bytes: Buffer): void => {
    const step = handshake.handleBytes(bytes)
    if (step.kind === 'failed') fail(step.what)
    else if (step.kind === 'more') {
      if (step.send !== undefined) socket.write(step.send)
    } else {
      socket.off('data', handleData).off('end', handleEnd)
      socket.pause()
      if (step.rest.length > 0) socket.unshift(step.rest)
      next()
    }
  }
  socket.on('data', handleData).once('end', handleEnd)
  socket.write(handshake.greeting)
}

function handshakeOf({ kind, credentials }: Proxy, target: ProxyTarget): ProxyHandshake {
  return kind === 'socks5'
    ? new Socks5Handshake(target, credentials)
    : new HttpConnectHandshake(target, credentials)
}
