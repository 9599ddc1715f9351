// Messages a second of many things, topics or clients, over the last five minutes: one number each
// way and ten seconds, made from running counts. It is told counts and times and knows neither a
// broker nor a clock. Bound: RATED_MAX things, about 370 bytes each; what is beyond has no rates.
// O(1) a thing and look; memory grows with the things there are, and what is gone gives its place.

import { RATED_MAX, RECENT_RATES_MAX } from '../limits.ts'
import type { RecentRatesView } from '../views.ts'

/** What is counted of a thing, since it began. */
export interface RunningCounts {
  readonly messagesIn: number
  readonly messagesOut: number
}

/** Between two looks. */
export const LOOK_MS = 10_000

/** Of one thing, in the tables of numbers. */
const WAYS = 2
const RATES = WAYS * RECENT_RATES_MAX
const FIRST_PLACES = 64

const NOTHING_YET: RecentRatesView = { everyMs: LOOK_MS, inPerSecond: [], outPerSecond: [] }

export class RecentRates {
  /** Place of each thing in the tables. */
  readonly #places = new Map<string, number>()
  readonly #free: number[] = []
  /** A ring of rates a thing and way; NaN: not known. */
  #rates = new Float32Array(FIRST_PLACES * RATES)
  /** Counts when the thing was last seen, a pair a thing. */
  #counts = new Float64Array(FIRST_PLACES * WAYS)
  /** When the thing was last seen, and how far its rings were then. */
  #seenAt = new Float64Array(FIRST_PLACES)
  #seenEnd = new Uint32Array(FIRST_PLACES)
  #lookedAt = 0
  /** The look before. */
  #lookedBefore = 0
  /** How far all rings are, and were at the look before. */
  #end = 0
  #endBefore = 0
  #isFirst = true
  /** Whether what is seen for the first time began after the look before. */
  #isNewKnown = false
  #isWhole = false

  /** Begins a look at all things. @param now in milliseconds, rising. */
  begin(now: number): void {
    const elapsedMs = now - this.#lookedAt
    this.#endBefore = this.#end
    if (!this.#isFirst) this.#end += Math.max(1, Math.round(elapsedMs / LOOK_MS))
    this.#isFirst = false
    this.#isNewKnown = this.#isWhole
    this.#isWhole = true
    this.#lookedBefore = this.#lookedAt
    this.#lookedAt = now
  }

  /** One thing that is there. */
  add(name: string, counts: RunningCounts): void {
    const known = this.#places.get(name)
    const place = known ?? this.#take(name)
    if (place === undefined) {
      this.#isWhole = false
      return
    }
    const isKnown = known !== undefined || this.#isNewKnown
    this.#note(place, 0, counts.messagesIn, isKnown)
    this.#note(place, 1, counts.messagesOut, isKnown)
    this.#seenAt[place] = this.#lookedAt
    this.#seenEnd[place] = this.#end
  }

  /**
   * Ends the look. What was not seen is forgotten when it was not seen the time before either: a
   * list that is read page by page may skip a row.
   */
  end(): void {
    for (const [name, place] of this.#places) {
      const seenEnd = this.#seenEnd[place] ?? 0
      if (this.#seenAt[place] === this.#lookedAt) continue
      if (seenEnd < this.#endBefore) {
        this.#places.delete(name)
        this.#free.push(place)
      } else {
        this.#fill(place, 0, seenEnd, NaN)
        this.#fill(place, 1, seenEnd, NaN)
      }
    }
  }

  /** No rates before the thing was looked at; undefined for what came when there was no room. */
  of(name: string): RecentRatesView | undefined {
    const place = this.#places.get(name)
    if (place === undefined) return this.#places.size < RATED_MAX ? NOTHING_YET : undefined
    const [inPerSecond, outPerSecond] = [this.#ring(place, 0), this.#ring(place, 1)]
    return { everyMs: LOOK_MS, inPerSecond, outPerSecond }
  }

  #take(name: string): number | undefined {
    const place = this.#free.pop() ?? this.#places.size
    if (place >= RATED_MAX) return undefined
    if (place >= this.#seenAt.length) this.#grow()
    this.#places.set(name, place)
    this.#rates.fill(NaN, place * RATES, (place + 1) * RATES)
    this.#counts.fill(0, place * WAYS, (place + 1) * WAYS)
    this.#seenAt[place] = this.#lookedBefore
    this.#seenEnd[place] = this.#endBefore
    return place
  }

  #grow(): void {
    const places = Math.min(RATED_MAX, this.#seenAt.length * 2)
    const [rates, counts, seenAt, seenEnd] = [
      this.#rates,
      this.#counts,
      this.#seenAt,
      this.#seenEnd,
    ]
    this.#rates = new Float32Array(places * RATES)
    this.#counts = new Float64Array(places * WAYS)
    this.#seenAt = new Float64Array(places)
    this.#seenEnd = new Uint32Array(places)
    this.#rates.set(rates)
    this.#counts.set(counts)
    this.#seenAt.set(seenAt)
    this.#seenEnd.set(seenEnd)
  }

  /** Where less is counted than before, the thing began anew. */
  #note(place: number, way: number, count: number, isKnown: boolean): void {
    const at = place * WAYS + way
    const before = this.#counts[at] ?? 0
    this.#counts[at] = count
    const messages = count >= before ? count - before : count
    const seconds = (this.#lookedAt - (this.#seenAt[place] ?? 0)) / 1000
    this.#fill(place, way, this.#seenEnd[place] ?? 0, isKnown ? messages / seconds : NaN)
  }

  /** Puts the rate wherever the ring has nothing yet since `from`. */
  #fill(place: number, way: number, from: number, rate: number): void {
    const ring = place * RATES + way * RECENT_RATES_MAX
    for (let at = Math.max(from, this.#end - RECENT_RATES_MAX); at < this.#end; at++) {
      this.#rates[ring + (at % RECENT_RATES_MAX)] = rate
    }
  }

  /** Oldest first, as long as it was looked. */
  #ring(place: number, way: number): (number | null)[] {
    const length = Math.min(this.#end, RECENT_RATES_MAX)
    const ring = place * RATES + way * RECENT_RATES_MAX
    return Array.from({ length }, (_, index) => {
      const rate = this.#rates[ring + ((this.#end - length + index) % RECENT_RATES_MAX)] ?? NaN
      return Number.isNaN(rate) ? null : Number(rate.toPrecision(3))
    })
  }
}
