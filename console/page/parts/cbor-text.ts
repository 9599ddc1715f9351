// CBOR in its diagnostic notation (RFC 8949, section 8), indented: nothing that the bytes tell is
// lost, as it would be in JSON (bytes, tags, 64-bit numbers, keys that are no text). It does not
// know what tags mean. O(bytes).

/** Deeper nesting is refused, so that foreign bytes cannot exhaust the stack. */
const DEPTH_MAX = 32

/** Major types, RFC 8949 section 3.1. */
const Major = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 }
const INDEFINITE = 31
const BREAK = 0xff

const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * Undefined unless the bytes are exactly one well-formed array, map or tagged item. Lone numbers
 * and texts are left alone: nearly any few bytes would pass for one.
 */
export function cborText(bytes: Uint8Array): string | undefined {
  const major = (bytes[0] ?? 0) >>> 5
  if (major !== Major.array && major !== Major.map && major !== Major.tag) return undefined
  try {
    const reader = new Reader(bytes)
    const text = reader.item('\n')
    return reader.isAtEnd ? text : undefined
  } catch (error) {
    // TypeError: a text that is no UTF-8.
    if (error instanceof RangeError || error instanceof TypeError) return undefined
    throw error
  }
}

interface Head {
  readonly major: number
  /** The low five bits of the first byte. */
  readonly info: number
  /** Zero where the length is indefinite. */
  readonly argument: bigint
}

class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0
  #depth = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  /** @param line what begins a line at this depth: a line end and two spaces a level. */
  item(line: string): string {
    if (++this.#depth > DEPTH_MAX) throw new RangeError('nested too deeply')
    const text = this.#text(line)
    this.#depth--
    return text
  }

  #text(line: string): string {
    const start = this.#at
    const { major, info, argument } = this.#head()
    switch (major) {
      case Major.unsigned:
        return String(argument)
      case Major.negative:
        return String(-1n - argument)
      case Major.bytes:
      case Major.text:
        return info === INDEFINITE ? this.#chunks(major) : this.#string(major, argument)
      case Major.array:
        return this.#row('[', ']', line, info, argument, (inner) => this.item(inner))
      case Major.map:
        return this.#row('{', '}', line, info, argument, (inner) => {
          const key = this.item(inner)
          return `${key}: ${this.item(inner)}`
        })
      case Major.tag:
        return `${argument}(${this.item(line)})`
      default:
        return this.#simple(info, argument, start + 1)
    }
  }

  #head(): Head {
    const first = this.#bytes[this.#take(1)] ?? 0
    const major = first >>> 5
    const info = first & 31
    if (info < 24) return { major, info, argument: BigInt(info) }
    if (info === INDEFINITE && major >= Major.bytes && major <= Major.map) {
      return { major, info, argument: 0n }
    }
    if (info > 27) throw new RangeError(`no length is told by ${info}`)
    const width = 2 ** (info - 24)
    let argument = 0n
    for (let at = this.#take(width), left = width; left > 0; at++, left--) {
      argument = (argument << 8n) | BigInt(this.#bytes[at] ?? 0)
    }
    return { major, info, argument }
  }

  #string(major: number, length: bigint): string {
    const start = this.#take(Number(length))
    const bytes = this.#bytes.subarray(start, this.#at)
    if (major === Major.text) return JSON.stringify(decoder.decode(bytes))
    return `h'${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}'`
  }

  /** A string in pieces, each of a definite length and the same type. */
  #chunks(major: number): string {
    const chunks: string[] = []
    while (!this.#isBreak()) {
      const head = this.#head()
      if (head.major !== major || head.info === INDEFINITE) throw new RangeError('no such piece')
      chunks.push(this.#string(major, head.argument))
    }
    return `(_ ${chunks.join(', ')})`
  }

  #row(
    open: string,
    close: string,
    line: string,
    info: number,
    count: bigint,
    entry: (line: string) => string,
  ): string {
    const isIndefinite = info === INDEFINITE
    const inner = `${line}  `
    const entries: string[] = []
    // Each takes a byte at least, so the bytes end before a count that lies.
    while (isIndefinite ? !this.#isBreak() : entries.length < count) entries.push(entry(inner))
    const start = isIndefinite ? `${open}_` : open
    if (entries.length === 0) return isIndefinite ? `${start} ${close}` : open + close
    return `${start}${inner}${entries.join(`,${inner}`)}${line}${close}`
  }

  /** @param at where the bytes of a float begin. */
  #simple(info: number, argument: bigint, at: number): string {
    if (info === 25) return floatText(halfFloat(this.#view.getUint16(at)))
    if (info === 26) return floatText(this.#view.getFloat32(at))
    if (info === 27) return floatText(this.#view.getFloat64(at))
    if (info === 24 && argument < 32n) throw new RangeError('a simple value in two bytes')
    return ['false', 'true', 'null', 'undefined'][Number(argument) - 20] ?? `simple(${argument})`
  }

  #isBreak(): boolean {
    if (this.#bytes[this.#at] !== BREAK) return false
    this.#at++
    return true
  }

  #take(length: number): number {
    const start = this.#at
    if (length > this.#bytes.length - start) throw new RangeError('bytes end too early')
    this.#at += length
    return start
  }
}

function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >>> 10) & 31
  const fraction = bits & 0x3ff
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN
  if (exponent === 0) return sign * fraction * 2 ** -24
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** Always with a point, which tells a float from a whole number. */
function floatText(value: number): string {
  if (Object.is(value, -0)) return '-0.0'
  const text = String(value)
  return text.replace(/^(-?\d+)(e|$)/, '$1.0$2')
}
