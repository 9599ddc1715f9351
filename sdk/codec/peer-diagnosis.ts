// Who answers when it is no MQTT server: somebody mixed up two ports. A pure look at the first
// bytes that came back. It decides nothing: the bytes are malformed either way. O(signatures).

interface Signature {
  readonly offset: number
  readonly text: string
  readonly speaks: string
}

const TLS = 'TLS, as secure ports do (mqtts://, often 8883; wss:// for WebSocket)'
const HTTP = 'HTTP, as web pages and WebSocket ports do (ws://, often 8083 or 9001)'

/** Latin-1 text at the beginning of an answer to an MQTT CONNECT. */
const SIGNATURES: readonly Signature[] = [
  { offset: 0, text: '\x15\x03', speaks: TLS },
  { offset: 0, text: '\x16\x03', speaks: TLS },
  { offset: 0, text: 'HTTP/1.', speaks: HTTP },
  { offset: 0, text: 'AMQP', speaks: 'AMQP, often on 5672' },
  // OpenWire: four bytes of length and a type come first.
  { offset: 5, text: 'ActiveMQ', speaks: 'OpenWire, ActiveMQ on 61616' },
  { offset: 0, text: 'ERROR\n', speaks: 'STOMP, often on 61613' },
  { offset: 0, text: 'ERROR\r\n', speaks: 'STOMP, often on 61613' },
  { offset: 0, text: 'INFO {', speaks: 'the protocol of NATS, often on 4222' },
  { offset: 0, text: 'SSH-', speaks: 'SSH, often on 22' },
  { offset: 0, text: '-ERR ', speaks: 'the protocol of Redis, often on 6379' },
]

/**
 * What the other side speaks instead of MQTT, to follow its name in a message; undefined when the
 * bytes are like nothing known. `firstBytes` are the first that came on the connection, at least 2.
 */
export function peerDiagnosis(firstBytes: Uint8Array): string | undefined {
  const found = SIGNATURES.find((signature) => matches(firstBytes, signature))
  return found === undefined ? undefined : `speaks ${found.speaks}`
}

function matches(bytes: Uint8Array, { offset, text }: Signature): boolean {
  if (bytes.length < offset + text.length) return false
  for (let i = 0; i < text.length; i++) {
    if (bytes[offset + i] !== text.charCodeAt(i)) return false
  }
  return true
}
