// From a scenario that fails to a smaller one that fails in the same way: fewer devices, less time,
// without groups, faults and whatever else can be left out. One change at a time, kept only if the
// failure stays; what was found so far is there at any time. It knows neither how a scenario is run
// nor how long that takes. Devices: delta debugging (Zeller and Hildebrandt, 2002), O(log n) runs
// where one device is enough, at worst O(n^2).

import { MotewireError } from '@motewire/sdk/errors'
import { failureKinds } from '../report/index.ts'
import type { DeviceRow, Report } from '../report/index.ts'
import { halfAsLong, removablePaths, without } from '../scenario/index.ts'
import type { Scenario } from '../scenario/index.ts'

/** A failing run. */
export interface FailedRun {
  readonly report: Report
  readonly rows: readonly DeviceRow[]
}

export interface Shrunk extends FailedRun {
  /** The scenario as plain values. */
  readonly tree: unknown
  /** What fails, of what failed first. */
  readonly kinds: readonly string[]
  /** Devices that run. */
  readonly devices: number
  /** Runs so far. */
  readonly runs: number
}

export interface ShrinkOptions {
  /** Of the scenario that failed, with the seed and the duration that it had. */
  readonly tree: unknown
  readonly failed: FailedRun
  /** Throws a MotewireError for values that are no scenario. */
  readonly parse: (tree: unknown) => Scenario
  /** Undefined: stopped before its end. */
  readonly run: (scenario: Scenario) => Promise<FailedRun | undefined>
  readonly isOver: () => boolean
  /** After each step. */
  readonly onStep?: (best: Shrunk) => void
}

/** Devices that lost something, tried alone before anything else. */
const SUSPECTS = 3

/**
 * Answers the smallest failing scenario found; undefined: there is nothing that a smaller one could
 * fail by.
 */
export async function shrink(options: ShrinkOptions): Promise<Shrunk | undefined> {
  const kinds = failureKinds(options.failed.report)
  if (kinds.length === 0) return undefined
  const search = new Search(options, kinds)
  await search.fewerDevices()
  while (await search.less()) if (options.isOver()) break
  return search.best
}

class Search {
  best: Shrunk
  readonly #options: ShrinkOptions
  readonly #kinds: ReadonlySet<string>
  /** Scenarios that were tried, as text: what failed to fail once does so again. */
  readonly #tried = new Set<string>()
  #runs = 0

  constructor(options: ShrinkOptions, kinds: readonly string[]) {
    const { tree, failed } = options
    this.#options = options
    this.#kinds = new Set(kinds)
    this.best = { ...failed, tree, kinds, devices: failed.rows.length, runs: 0 }
  }

  async fewerDevices(): Promise<void> {
    const rows = this.best.rows.toSorted((one, other) => other.lost - one.lost)
    const suspects = rows.slice(0, SUSPECTS)
    for (const { clientId } of suspects) if (await this.#only([clientId])) return
    let kept = rows.map(({ clientId }) => clientId)
    for (let parts = 2; parts <= kept.length && !this.#options.isOver();) {
      const smaller = await this.#smallerPart(kept, parts)
      if (smaller === undefined && parts === kept.length) return
      parts = smaller === undefined ? Math.min(2 * parts, kept.length) : 2
      kept = smaller ?? kept
    }
  }

  /** One of so many parts, or all but one of them, that still fails. */
  async #smallerPart(ids: readonly string[], parts: number): Promise<string[] | undefined> {
    const size = Math.ceil(ids.length / parts)
    const starts = Array.from({ length: Math.ceil(ids.length / size) }, (_, part) => part * size)
    for (const start of starts) {
      const part = ids.slice(start, start + size)
      if (await this.#only(part)) return part
    }
    // Of two parts, the rest of one is the other.
    for (const start of parts === 2 ? [] : starts) {
      const rest = [...ids.slice(0, start), ...ids.slice(start + size)]
      if (await this.#only(rest)) return rest
    }
    return undefined
  }

  #only(only: readonly string[]): Promise<boolean> {
    return this.#attempt({ ...(this.best.tree as object), only })
  }

  /** A round over all that could be left out; answers whether anything was. */
  async less(): Promise<boolean> {
    let isSmaller = false
    while (await this.#attempt(halfAsLong(this.best.tree))) isSmaller = true
    for (const path of removablePaths(this.best.tree)) {
      if (await this.#attempt(without(this.best.tree, path))) isSmaller = true
    }
    return isSmaller
  }

  /** Whether it fails in one of the first ways; then it is the best. */
  async #attempt(tree: unknown): Promise<boolean> {
    const { isOver, run, onStep } = this.#options
    if (tree === undefined || isOver()) return false
    const text = JSON.stringify(tree)
    if (this.#tried.has(text)) return false
    this.#tried.add(text)
    const scenario = this.#parse(tree)
    if (scenario === undefined) return false
    this.#runs++
    const found = await run(scenario)
    if (found === undefined) return false
    const kinds = failureKinds(found.report).filter((kind) => this.#kinds.has(kind))
    if (kinds.length === 0) return false
    this.best = { ...found, tree, kinds, devices: found.rows.length, runs: this.#runs }
    onStep?.(this.best)
    return true
  }

  #parse(tree: unknown): Scenario | undefined {
    try {
      return this.#options.parse(tree)
    } catch (error) {
      if (error instanceof MotewireError) return undefined
      throw error
    }
  }
}
