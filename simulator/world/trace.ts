// A running hash over everything that happens on one device's link and to its messages: bytes with
// the times at which they leave and arrive, connections, outcomes. Equal runs have equal hashes.
// The hashes of devices are added up, so that it does not matter which process ran which device.
// 64 bits, against accidents, not against forgers. A segment is O(length / 4).

import { assert } from '@motewire/sdk/kit'

const MULTIPLIER_A = 0x85ebca6b
const MULTIPLIER_B = 0xc2b2ae35
/** Set apart from the two directions of segments. */
const EVENT = 2

const float = new Float64Array(1)
const words = new Int32Array(float.buffer)

export class LinkTrace {
  #a = 0x243f6a88
  #b = 0x13198a2e

  /** Bytes [at, at + length) left at one time and arrive at another. */
  segment(
    direction: 0 | 1,
    leftMs: number,
    arrivalMs: number,
    bytes: Uint8Array,
    at: number,
    length: number,
  ): void {
    this.#mix((length << 2) | direction)
    this.#mixTime(leftMs)
    this.#mixTime(arrivalMs)
    const end = at + length
    const whole = end - (length & 3)
    for (let i = at; i < whole; i += 4) {
      this.#mix(bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24))
    }
    for (let i = whole; i < end; i++) this.#mix(bytes[i]!)
  }

  /** Anything else, as small numbers. */
  event(kind: number, atMs: number, value: number): void {
    this.#mix((kind << 2) | EVENT)
    this.#mixTime(atMs)
    this.#mixTime(value)
  }

  /** Adds this hash, as that of device `index`, to a sum. */
  addTo(sum: TraceSum, index: number): void {
    sum.add(finish(this.#a ^ Math.imul(index + 1, MULTIPLIER_B)), finish(this.#b + index))
  }

  #mixTime(ms: number): void {
    float[0] = ms
    this.#mix(words[0]!)
    this.#mix(words[1]!)
  }

  #mix(word: number): void {
    const a = Math.imul(this.#a ^ word, MULTIPLIER_A)
    this.#a = (a << 13) | (a >>> 19)
    this.#b = Math.imul((this.#b + word) | 0, MULTIPLIER_B) ^ a
  }
}

/** The hash of a fleet. Adding is commutative, and sums of parts add up to that of the whole. */
export class TraceSum {
  #high = 0
  #low = 0

  /** @throws AssertionError for what `toString` does not make. */
  static parse(text: string): TraceSum {
    assert(/^[0-9a-f]{16}$/.test(text), `digest '${text}'`)
    const sum = new TraceSum()
    sum.add(Number.parseInt(text.slice(0, 8), 16), Number.parseInt(text.slice(8), 16))
    return sum
  }

  add(high: number, low: number): void {
    this.#high = (this.#high + high) >>> 0
    this.#low = (this.#low + low) >>> 0
  }

  merge(other: TraceSum): void {
    this.add(other.#high, other.#low)
  }

  /** 16 hexadecimal digits. */
  toString(): string {
    return [this.#high, this.#low].map((word) => word.toString(16).padStart(8, '0')).join('')
  }
}

function finish(word: number): number {
  let hash = word | 0
  hash = Math.imul(hash ^ (hash >>> 16), MULTIPLIER_A)
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER_B)
  return (hash ^ (hash >>> 16)) >>> 0
}
