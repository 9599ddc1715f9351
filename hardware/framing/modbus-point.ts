// The protocol data units of Modbus (application protocol 1.1b3, section 6) that a poller needs:
// reading a point, writing one, and what the answers mean. A point is one value of a slave: a bit,
// or one or two registers. Pure functions; the frame's CRC is ModbusFraming's affair.

export type PointKind = 'coil' | 'discrete' | 'holding' | 'input'
export type PointType = 'bit' | 'u16' | 'i16' | 'u32' | 'i32' | 'f32'

export interface Point {
  /** Address of the slave, 1 to 247. */
  readonly unit: number
  readonly kind: PointKind
  /** Of the first register or bit, from 0. */
  readonly address: number
  readonly type: PointType
  /** Which of two registers comes first: the high one (`big`) or the low one. */
  readonly words: 'big' | 'little'
  /** The value is what the register holds, times this. */
  readonly scale: number
}

const READ: Readonly<Record<PointKind, number>> = { coil: 1, discrete: 2, holding: 3, input: 4 }
const WRITE_COIL = 5
const WRITE_REGISTER = 6
const WRITE_REGISTERS = 16
/** Added to the function in an answer that is an exception. */
const EXCEPTION = 0x80
const COIL_ON = 0xff00

/** Bounds of what a type can hold. */
const RANGES: Readonly<Record<PointType, readonly [number, number]>> = {
  bit: [0, 1],
  u16: [0, 0xffff],
  i16: [-0x8000, 0x7fff],
  u32: [0, 0xffff_ffff],
  i32: [-0x8000_0000, 0x7fff_ffff],
  f32: [-3.4028234663852886e38, 3.4028234663852886e38],
}

/** Registers of a value; for a bit 1. */
function registersOf(type: PointType): number {
  return type === 'u32' || type === 'i32' || type === 'f32' ? 2 : 1
}

/** Address and PDU that read the point. */
export function readRequest({ unit, kind, address, type }: Point): Uint8Array {
  const count = registersOf(type)
  return Uint8Array.of(unit, READ[kind], address >> 8, address & 0xff, 0, count)
}

/** Address and PDU that write the point; undefined when the value does not fit its type. */
export function writeRequest(point: Point, value: number): Uint8Array | undefined {
  const { unit, address, type, scale } = point
  const raw = type === 'f32' ? value / scale : Math.round(value / scale)
  const [low, high] = RANGES[type]
  if (!(raw >= low && raw <= high)) return undefined
  const head = [address >> 8, address & 0xff]
  if (type === 'bit') {
    const state = raw === 1 ? COIL_ON : 0
    return Uint8Array.of(unit, WRITE_COIL, ...head, state >> 8, 0)
  }
  const bytes = bytesOf(point, raw)
  if (bytes.length === 2) return Uint8Array.of(unit, WRITE_REGISTER, ...head, ...bytes)
  return Uint8Array.of(unit, WRITE_REGISTERS, ...head, 0, 2, bytes.length, ...bytes)
}

export type Answer =
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'written' }
  /** The slave refuses, with its exception code (section 7). */
  | { readonly kind: 'exception'; readonly code: number }
  /** Not an answer to this request. */
  | { readonly kind: 'stray' }

/** What an answer says to a request for the point. */
export function readAnswer(point: Point, request: Uint8Array, frame: Uint8Array): Answer {
  const [unit, code] = request
  if (frame[0] !== unit) return { kind: 'stray' }
  if (frame[1] === (code! | EXCEPTION)) return { kind: 'exception', code: frame[2] ?? 0 }
  if (frame[1] !== code) return { kind: 'stray' }
  if (code! >= WRITE_COIL) {
    // A write is answered with its own address and value or count.
    const isEcho = frame.length === 6 && [2, 3, 4, 5].every((at) => frame[at] === request[at])
    return isEcho ? { kind: 'written' } : { kind: 'stray' }
  }
  const bytes = frame.subarray(3)
  const expected = point.type === 'bit' ? 1 : 2 * registersOf(point.type)
  if (frame[2] !== expected || bytes.length !== expected) return { kind: 'stray' }
  return { kind: 'value', value: valueOf(point, bytes) }
}

function bytesOf({ type, words }: Point, raw: number): Uint8Array {
  const bytes = new Uint8Array(2 * registersOf(type))
  const view = new DataView(bytes.buffer)
  if (type === 'f32') view.setFloat32(0, raw)
  else if (bytes.length === 4) view.setInt32(0, raw | 0)
  else view.setInt16(0, raw)
  return words === 'big' ? bytes : swapped(bytes)
}

function valueOf({ type, words, scale }: Point, bytes: Uint8Array): number {
  if (type === 'bit') return bytes[0]! & 1
  const ordered = words === 'big' ? bytes : swapped(bytes)
  const view = new DataView(ordered.buffer, ordered.byteOffset, ordered.byteLength)
  const raw = {
    u16: () => view.getUint16(0),
    i16: () => view.getInt16(0),
    u32: () => view.getUint32(0),
    i32: () => view.getInt32(0),
    f32: () => view.getFloat32(0),
  }[type]()
  // A scale of 0.1 would leave digits behind that nobody measured.
  return Number((raw * scale).toPrecision(type === 'f32' ? 7 : 12))
}

/** Registers the other way round; the bytes in each stay. */
function swapped(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== 4) return bytes
  return Uint8Array.of(bytes[2]!, bytes[3]!, bytes[0]!, bytes[1]!)
}
