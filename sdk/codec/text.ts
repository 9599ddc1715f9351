// UTF-8 Encoded Strings of MQTT [MQTT5 1.5.4]: strict reading, in-place writing, and a small cache
// that turns topics which come again and again into the same string without decoding them anew.
// U+0000 and surrogates are malformed [MQTT5-1.5.4-1, -2]; U+FEFF is kept [MQTT5-1.5.4-3].

/** Longest string of the protocol, in bytes. */
export const TEXT_BYTES_MAX = 65_535

const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Native string methods of Buffer that its type declarations leave out. */
interface NativeText {
  latin1Slice(start?: number, end?: number): string
  utf8Write(text: string, offset: number): number
}

/** Strings up to this length are written by a loop; beyond it the native encoder is faster. */
const LOOP_CHARS_MAX = 48

/** The string in bytes[start, end), or undefined when it is not well-formed for MQTT. */
export function readText(bytes: Uint8Array, start: number, end: number): string | undefined {
  let isAscii = true
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!
    if (byte === 0) return undefined
    if (byte >= 0x80) isAscii = false
  }
  const view = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
  if (isAscii) return (view as unknown as NativeText).latin1Slice()
  try {
    return strictDecoder.decode(view)
  } catch {
    return undefined
  }
}

/** Bytes that `text` takes in UTF-8. */
export function textBytes(text: string): number {
  if (text.length <= LOOP_CHARS_MAX) {
    for (let i = 0; i < text.length; i++) {
      if (text.charCodeAt(i) >= 0x80) return Buffer.byteLength(text)
    }
    return text.length
  }
  return Buffer.byteLength(text)
}

let lastTopic = ''
let lastTopicBytes = 0

/** Same, for topics, of which most publishers have few. */
export function topicBytes(topic: string): number {
  if (topic !== lastTopic) {
    lastTopicBytes = textBytes(topic)
    lastTopic = topic
  }
  return lastTopicBytes
}

/** Writes `text` in UTF-8 at `offset`, without a length; returns the offset behind it. */
export function writeText(target: Buffer, offset: number, text: string): number {
  const { length } = text
  const native = target as unknown as NativeText
  if (length > LOOP_CHARS_MAX) return offset + native.utf8Write(text, offset)
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x80) return offset + native.utf8Write(text, offset)
    target[offset + i] = code
  }
  return offset + length
}

/** Why `text` cannot be a UTF-8 Encoded String [MQTT5 1.5.4]; undefined when it can. */
export function stringProblem(what: string, text: unknown): string | undefined {
  if (typeof text !== 'string') return `${what} is not a string`
  if (text.includes('\0')) return `${what} contains U+0000`
  if (!isWellFormed(text)) return `${what} contains a lone surrogate`
  // A code unit takes at most three bytes, so most texts need no exact count.
  if (text.length * 3 <= TEXT_BYTES_MAX) return undefined
  const bytes = textBytes(text)
  return bytes > TEXT_BYTES_MAX
    ? `${what} takes ${bytes} bytes, more than ${TEXT_BYTES_MAX}`
    : undefined
}

/** Why `value` cannot be Binary Data [MQTT5 1.5.6]; undefined when it can. */
export function binaryProblem(what: string, value: unknown): string | undefined {
  if (!(value instanceof Uint8Array)) return `${what} is not bytes`
  return value.length > TEXT_BYTES_MAX
    ? `${what} takes ${value.length} bytes, more than ${TEXT_BYTES_MAX}`
    : undefined
}

function isWellFormed(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0xd800 || code > 0xdfff) continue
    const next = text.charCodeAt(i + 1)
    if (code > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return false
    i++
  }
  return true
}

const CACHE_SLOTS = 2048
const CACHED_BYTES_MAX = 128

/**
 * Direct-mapped cache from topic bytes to strings: at most 2,048 entries of 128 bytes, about
 * 0.6 MiB at worst. A hit costs one hash and one comparison and allocates nothing.
 */
export class TextCache {
  readonly #texts: (string | undefined)[] = Array.from({ length: CACHE_SLOTS })
  readonly #bytes: (Uint8Array | undefined)[] = Array.from({ length: CACHE_SLOTS })

  /** Same as `readText`. */
  read(bytes: Uint8Array, start: number, end: number): string | undefined {
    const length = end - start
    if (length > CACHED_BYTES_MAX || length === 0) return readText(bytes, start, end)
    let hash = length
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0
    const slot = (hash ^ (hash >>> 15)) & (CACHE_SLOTS - 1)
    const known = this.#bytes[slot]
    if (known !== undefined && known.length === length) {
      let i = 0
      while (i < length && known[i] === bytes[start + i]) i++
      if (i === length) return this.#texts[slot]
    }
    const text = readText(bytes, start, end)
    if (text !== undefined) {
      this.#texts[slot] = text
      // A copy: `slice` of a Buffer would be a view of the read buffer, whose bytes change.
      this.#bytes[slot] = Uint8Array.prototype.slice.call(bytes, start, end)
    }
    return text
  }
}

/** One cache serves all decoders of a process: fleets repeat the same topics. */
export const sharedTextCache: TextCache = new TextCache()
