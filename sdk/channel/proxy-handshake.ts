// What client and proxy say to each other before a tunnel stands, as pure functions of bytes:
// SOCKS5 with user name and password (RFC 1928, RFC 1929) and HTTP CONNECT with Basic credentials
// (RFC 9110). No sockets. Bounds: a SOCKS5 answer is at most 262 bytes, an HTTP head 8,192.

export interface ProxyTarget {
  readonly host: string
  readonly port: number
}

export interface Credentials {
  readonly username: string
  readonly password: string
}

/** What is to be done after some bytes of the proxy. */
export type HandshakeStep =
  | { readonly kind: 'more'; readonly send?: Uint8Array }
  /** The tunnel stands; `rest` has come through it already. */
  | { readonly kind: 'done'; readonly rest: Uint8Array }
  /** `what` follows the proxy's name. */
  | { readonly kind: 'failed'; readonly what: string }

export interface ProxyHandshake {
  /** What the client says first. */
  readonly greeting: Uint8Array
  handleBytes(bytes: Uint8Array): HandshakeStep
}

export function describeTarget({ host, port }: ProxyTarget): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** The first bytes of an answer that nobody expected, at most 8 of them. */
export function hexOf(bytes: Uint8Array): string {
  return [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
}
