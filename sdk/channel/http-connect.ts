// The client's side of HTTP CONNECT (RFC 9110, 9.3.6) with Basic credentials. The proxy looks the
// host name up. No sockets. Bound: a head of 8,192 bytes; O(bytes of the head).

import { describeTarget, hexOf } from './proxy-handshake.ts'
import type { Credentials, HandshakeStep, ProxyHandshake, ProxyTarget } from './proxy-handshake.ts'

const HEAD_BYTES_MAX = 8_192
const HEAD_END = '\r\n\r\n'
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})(?: ([^\r\n]*))?\r\n/
const PROTOCOL = 'HTTP/1.'

export class HttpConnectHandshake implements ProxyHandshake {
  readonly greeting: Uint8Array
  readonly #target: string
  #seen: Buffer = Buffer.alloc(0)

  constructor(target: ProxyTarget, credentials: Credentials | undefined) {
    this.#target = describeTarget(target)
    const lines = [`CONNECT ${this.#target} HTTP/1.1`, `Host: ${this.#target}`]
    if (credentials !== undefined) {
      const basic = Buffer.from(`${credentials.username}:${credentials.password}`)
      lines.push(`Proxy-Authorization: Basic ${basic.toString('base64')}`)
    }
    this.greeting = Buffer.from(`${lines.join('\r\n')}${HEAD_END}`)
  }

  handleBytes(bytes: Uint8Array): HandshakeStep {
    this.#seen = Buffer.concat([this.#seen, bytes])
    const start = this.#seen.toString('latin1', 0, PROTOCOL.length)
    if (!PROTOCOL.startsWith(start)) {
      return this.#failed(`answered with no HTTP (first bytes ${hexOf(this.#seen)})`)
    }
    const end = this.#seen.indexOf(HEAD_END)
    if (end > HEAD_BYTES_MAX || (end === -1 && this.#seen.length > HEAD_BYTES_MAX)) {
      return this.#failed(`answered with a head above ${HEAD_BYTES_MAX} bytes`)
    }
    if (end === -1) return { kind: 'more' }
    return this.#readHead(this.#seen.toString('latin1', 0, end + HEAD_END.length), end)
  }

  #readHead(head: string, end: number): HandshakeStep {
    const [, status, reason = ''] = STATUS_LINE.exec(head) ?? []
    if (status === undefined) return this.#failed('answered with a broken HTTP status line')
    if (status.startsWith('2')) {
      return { kind: 'done', rest: this.#seen.subarray(end + HEAD_END.length) }
    }
    if (status === '407') return this.#failed('wants another user name and password (HTTP 407)')
    return this.#failed(`could not reach ${this.#target}: HTTP ${status} ${reason}`.trimEnd())
  }

  #failed(what: string): HandshakeStep {
    return { kind: 'failed', what }
  }
}
