// The wire format of protocol buffers, as far as Sparkplug needs it: varints, fixed numbers, bytes.
// Reading throws a RangeError for bytes that end too early or make no sense. Whole numbers are
// exact up to 2^53.

export const WireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const TWO_64 = 1n << 64n

export class ProtobufWriter {
  #bytes = new Uint8Array(256)
  #at = 0

  /** @param value whole; a negative one as two's complement of 64 bits. */
  varint(field: number, value: number): void {
    this.#tag(field, WireType.varint)
    this.#writeVarint(value)
  }

  float(field: number, value: number): void {
    this.#tag(field, WireType.fixed32)
    this.#reserve(4)
    new DataView(this.#bytes.buffer).setFloat32(this.#at, value, true)
    this.#at += 4
  }

  double(field: number, value: number): void {
    this.#tag(field, WireType.fixed64)
    this.#reserve(8)
    new DataView(this.#bytes.buffer).setFloat64(this.#at, value, true)
    this.#at += 8
  }

  text(field: number, text: string): void {
    const bytes = encoder.encode(text)
    this.#tag(field, WireType.bytes)
    this.#writeVarint(bytes.length)
    this.#append(bytes)
  }

  /** @param write writes the inner message with this writer. */
  message(field: number, write: () => void): void {
    this.#tag(field, WireType.bytes)
    const start = this.#at
    write()
    const inner = this.#bytes.slice(start, this.#at)
    this.#at = start
    this.#writeVarint(inner.length)
    this.#append(inner)
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#at)
  }

  #tag(field: number, type: number): void {
    this.#writeVarint(field * 8 + type)
  }

  #writeVarint(value: number): void {
    this.#reserve(10)
    if (value < 0) return this.#writeBig(BigInt(value) + TWO_64)
    let rest = value
    while (rest > 127) {
      this.#bytes[this.#at++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#at++] = rest
  }

  #writeBig(value: bigint): void {
    let rest = value
    while (rest > 127n) {
      this.#bytes[this.#at++] = Number(rest & 127n) | 128
      rest >>= 7n
    }
    this.#bytes[this.#at++] = Number(rest)
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  #reserve(length: number): void {
    if (this.#at + length <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#at + length))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}

export class ProtobufReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  tag(): { readonly field: number; readonly type: number } {
    const tag = this.varint()
    return { field: Math.floor(tag / 8), type: tag % 8 }
  }

  varint(): number {
    return Number(this.#big())
  }

  /** Two's complement of so many bits. */
  signed(bits: 32 | 64): number {
    return Number(BigInt.asIntN(bits, this.#big()))
  }

  float(): number {
    return this.#view.getFloat32(this.#take(4), true)
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }

  bytes(): Uint8Array {
    const length = this.varint()
    const start = this.#take(length)
    return this.#bytes.subarray(start, start + length)
  }

  text(): string {
    return decoder.decode(this.bytes())
  }

  skip(type: number): void {
    if (type === WireType.varint) this.#big()
    else if (type === WireType.fixed64) this.#take(8)
    else if (type === WireType.bytes) this.bytes()
    else if (type === WireType.fixed32) this.#take(4)
    else throw new RangeError(`no wire type ${type}`)
  }

  #take(length: number): number {
    const start = this.#at
    if (start + length > this.#bytes.length) throw new RangeError('bytes end too early')
    this.#at += length
    return start
  }

  #big(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#take(1)]!
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
    throw new RangeError('varint of more than ten bytes')
  }
}
