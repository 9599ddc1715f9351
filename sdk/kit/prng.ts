// A small seeded random generator (sfc32: 128 bits of state, passes PractRand) with named streams.
// `fork` depends on the seed and the label only, never on how many numbers were drawn before:
// adding one consumer shifts no other. Not for secrets. O(1) each; about 60 bytes an instance.

export class Prng {
  /** Two words that identify this stream; forks are derived from them. */
  readonly #seedHigh: number
  readonly #seedLow: number
  #a: number
  #b: number
  #c: number
  #counter = 1

  /** @param seed any integer up to 2^53 or any text; equal seeds give equal streams. */
  constructor(seed: number | string) {
    const text = typeof seed === 'number' ? `n:${seed}` : `s:${seed}`
    this.#seedHigh = hashText(text, 0x9e3779b9)
    this.#seedLow = hashText(text, 0x85ebca6b)
    this.#a = this.#seedHigh
    this.#b = this.#seedLow
    this.#c = 0x6d2b79f5
    for (let i = 0; i < 12; i++) this.next()
  }

  /** The next 32 random bits, 0 to 2^32 - 1. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    this.#c |= 0
    return sum >>> 0
  }

  /** Uniform in [0, 1), 32 bits fine. */
  unit(): number {
    return this.next() / 4294967296
  }

  /** A whole number in [0, limit). `limit` is 1 to 2^32. */
  below(limit: number): number {
    return Math.floor(this.unit() * limit)
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + this.unit() * (high - low)
  }

  /** True with the given probability, 0 to 1. */
  chance(probability: number): boolean {
    return this.unit() < probability
  }

  /** Exponentially distributed with the given mean. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.unit())
  }

  /** Standard normal (Box-Muller; the second value is thrown away to keep the state small). */
  gaussian(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.unit()))
    return radius * Math.cos(2 * Math.PI * this.unit())
  }

  /** An independent stream named by `label`. The same label gives the same stream again. */
  fork(label: string | number): Prng {
    return new Prng(`${this.#seedHigh.toString(36)}.${this.#seedLow.toString(36)}/${label}`)
  }
}

/** FNV-1a with a final avalanche, so that near labels give far seeds. */
function hashText(text: string, basis: number): number {
  let hash = basis
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d)
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b)
  return (hash ^ (hash >>> 16)) >>> 0
}
