// The client's side of SOCKS5 (RFC 1928) with user name and password (RFC 1929). Host names go to
// the proxy as they are; nothing is looked up here. No sockets; O(bytes of the answer).
//
//   methods ─► chosen ─► (credentials ─► accepted) ─► connect ─► reply ─► tunnel

import { isIP, isIPv4, SocketAddress } from 'node:net'
import { describeTarget, hexOf } from './proxy-handshake.ts'
import type { Credentials, HandshakeStep, ProxyHandshake, ProxyTarget } from './proxy-handshake.ts'

const VERSION = 5
const CREDENTIALS_VERSION = 1
const METHOD_NONE = 0
const METHOD_CREDENTIALS = 2
const METHOD_REFUSED = 255
const COMMAND_CONNECT = 1
const ADDRESS_IPV4 = 1
const ADDRESS_NAME = 3
const ADDRESS_IPV6 = 4

/** REP of RFC 1928, section 6. */
const REPLIES = [
  'succeeded',
  'general failure',
  'not allowed by its rules',
  'network unreachable',
  'host unreachable',
  'connection refused',
  'time to live expired',
  'command not supported',
  'address type not supported',
]

export class Socks5Handshake implements ProxyHandshake {
  readonly greeting: Uint8Array
  readonly #target: ProxyTarget
  readonly #credentials: Credentials | undefined
  #stage: 'methods' | 'credentials' | 'reply' = 'methods'
  #seen: Buffer = Buffer.alloc(0)

  constructor(target: ProxyTarget, credentials: Credentials | undefined) {
    this.#target = target
    this.#credentials = credentials
    const methods = credentials === undefined ? [METHOD_NONE] : [METHOD_NONE, METHOD_CREDENTIALS]
    this.greeting = Buffer.from([VERSION, methods.length, ...methods])
  }

  handleBytes(bytes: Uint8Array): HandshakeStep {
    this.#seen = Buffer.concat([this.#seen, bytes])
    if (this.#stage === 'reply') return this.#readReply()
    const [version, answer] = this.#seen
    if (version === undefined || answer === undefined) return this.#more(VERSION_OF[this.#stage])
    this.#seen = this.#seen.subarray(2)
    return this.#stage === 'methods'
      ? this.#readMethod(version, answer)
      : this.#readAcceptance(version, answer)
  }

  /** Waits for the rest, unless what has come cannot be right. */
  #more(version: number): HandshakeStep {
    const first = this.#seen[0]
    return first === undefined || first === version ? { kind: 'more' } : this.#garbage(this.#seen)
  }

  #readMethod(version: number, method: number): HandshakeStep {
    if (version !== VERSION) return this.#garbage(Buffer.from([version, method]))
    if (method === METHOD_NONE) return this.#askConnect()
    if (method === METHOD_CREDENTIALS && this.#credentials !== undefined) {
      this.#stage = 'credentials'
      return { kind: 'more', send: credentialsRequest(this.#credentials) }
    }
    const wants = method === METHOD_REFUSED && this.#credentials === undefined
    return failed(
      wants ? 'wants a user name and password' : `offers no method of ours (method ${method})`,
    )
  }

  #readAcceptance(version: number, status: number): HandshakeStep {
    if (version !== CREDENTIALS_VERSION) return this.#garbage(Buffer.from([version, status]))
    return status === 0 ? this.#askConnect() : failed('refused the user name or password')
  }

  #askConnect(): HandshakeStep {
    this.#stage = 'reply'
    return { kind: 'more', send: connectRequest(this.#target) }
  }

  #readReply(): HandshakeStep {
    const [version, reply, reserved, addressType] = this.#seen
    if (version !== undefined && version !== VERSION) return this.#garbage(this.#seen)
    if (reply !== undefined && reply !== 0) {
      const why = REPLIES[reply] ?? `reply ${reply}`
      return failed(`could not reach ${describeTarget(this.#target)}: ${why}`)
    }
    if (reserved === undefined || addressType === undefined) return { kind: 'more' }
    const addressBytes = this.#addressBytes(addressType)
    if (addressBytes === undefined) return this.#garbage(this.#seen)
    const end = 4 + addressBytes + 2
    if (this.#seen.length < end) return { kind: 'more' }
    return { kind: 'done', rest: this.#seen.subarray(end) }
  }

  /** Length of the bound address of the reply, which nobody needs. */
  #addressBytes(addressType: number): number | undefined {
    if (addressType === ADDRESS_IPV4) return 4
    if (addressType === ADDRESS_IPV6) return 16
    if (addressType === ADDRESS_NAME) return 1 + (this.#seen[4] ?? 255)
    return undefined
  }

  #garbage(bytes: Uint8Array): HandshakeStep {
    return failed(`answered with no SOCKS5 (first bytes ${hexOf(bytes)})`)
  }
}

const VERSION_OF = { methods: VERSION, credentials: CREDENTIALS_VERSION } as const

function failed(what: string): HandshakeStep {
  return { kind: 'failed', what }
}

function credentialsRequest({ username, password }: Credentials): Uint8Array {
  return Buffer.concat([
    Buffer.from([CREDENTIALS_VERSION]),
    counted(Buffer.from(username)),
    counted(Buffer.from(password)),
  ])
}

function connectRequest({ host, port }: ProxyTarget): Uint8Array {
  return Buffer.concat([
    Buffer.from([VERSION, COMMAND_CONNECT, 0]),
    addressOf(host),
    Buffer.from([port >> 8, port & 255]),
  ])
}

function addressOf(host: string): Uint8Array {
  if (isIPv4(host)) return Buffer.from([ADDRESS_IPV4, ...host.split('.').map(Number)])
  if (isIP(host) === 6) return Buffer.concat([Buffer.from([ADDRESS_IPV6]), ipv6Bytes(host)])
  return Buffer.concat([Buffer.from([ADDRESS_NAME]), counted(Buffer.from(host))])
}

function counted(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([bytes.length]), bytes])
}

/** The 16 bytes of an address in any of its spellings. */
function ipv6Bytes(host: string): Uint8Array {
  // SocketAddress writes the last 4 bytes as numbers with points when the first 12 say "mapped".
  const plain = new SocketAddress({ address: host, family: 'ipv6' }).address
  const text = plain.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [pair(a, b), pair(c, d)].join(':'),
  )
  const [head = '', tail] = text.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array<string>(8 - before.length - after.length).fill('0')
  const groups = [...before, ...(tail === undefined ? [] : zeros), ...after]
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex')
}

function pair(high: string, low: string): string {
  return ((Number(high) << 8) | Number(low)).toString(16)
}
