// One broker's column of the matrix: starts the broker, plays cells on it, judges how they ended by
// the list of known cells, and leaves the verdicts in a file for the document.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ProtocolVersion } from '@motewire/sdk'
import type { BrokerKind, TestBroker } from '../../support/brokers/test-broker.ts'
import { ROOT } from '../../support/source-tree.ts'
import { ALL_VERSIONS, VERSION_NAMES } from './interop-case.ts'
import type { InteropCase } from './interop-case.ts'
import { KNOWN_CELLS } from './known-cells.ts'
import type { KnownCell } from './known-cells.ts'
import { findKnown } from './matrix.ts'
import { resultFile } from './result.ts'
import type { BrokerResult, Verdict } from './result.ts'
import { INTEROP_CASES } from './rows.ts'
import { PATIENCE_MS, Stage } from './stage.ts'
import type { Scene } from './stage.ts'

/** Nobody waits long for what is known not to come. */
const KNOWN_PATIENCE_MS = 3_000

export interface Cell {
  readonly row: InteropCase
  readonly version: ProtocolVersion
  readonly versionName: string
  /** Its topics and client identifiers begin with this. */
  readonly root: string
}

export type Manner = 'isTogether' | 'isAlone' | 'isRestarted'

/** The cells of a broker that are played in this manner. */
export function cellsOf(kind: BrokerKind, manner: Manner): Cell[] {
  return INTEROP_CASES.flatMap((row, index) =>
    mannerOf(row) !== manner
      ? []
      : kind.versions
          .filter((version) => (row.versions ?? ALL_VERSIONS).includes(version))
          .map((version) => ({
            row,
            version,
            versionName: `MQTT ${VERSION_NAMES[version]}`,
            root: `r${index}v${version}`,
          })),
  )
}

function mannerOf({ isAlone, isRestarted }: InteropCase): Manner {
  return isRestarted === true ? 'isRestarted' : isAlone === true ? 'isAlone' : 'isTogether'
}

export class Column {
  readonly #kind: BrokerKind
  #broker: TestBroker | undefined
  readonly #cells: BrokerResult['cells'][number][] = []
  /** How the cells that share a restart ended, by their root. */
  readonly #ended = new Map<string, Error | undefined>()

  constructor(kind: BrokerKind) {
    this.#kind = kind
  }

  async open(): Promise<void> {
    this.#broker = await this.#kind.start()
  }

  /** Ends the broker and writes the verdicts down. */
  async close(): Promise<void> {
    await this.#broker?.remove()
    const { name } = this.#kind
    const result: BrokerResult = {
      broker: name,
      release: this.#kind.release(),
      cells: this.#cells,
    }
    const file = join(ROOT, resultFile(name))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify(result))
  }

  /** Plays the cell, unless the restart has, and throws when it ended in a way not known. */
  async check(cell: Cell): Promise<void> {
    const { row, version, root } = cell
    const error = this.#ended.has(root)
      ? this.#ended.get(root)
      : await this.#play(cell, refuseRestart)
    const known = findKnown(KNOWN_CELLS, this.#kind.name, row.name, version)
    this.#cells.push({ row: row.name, version, verdict: verdictOf(error, known, version) })
    judge(error, known, version)
  }

  /** Plays the cells that need a restart, which happens once, when each has asked for it. */
  async playOverRestart(): Promise<void> {
    const cells = cellsOf(this.#kind, 'isRestarted')
    const ticket = sharedRestart(cells.length, async () => this.#broker?.restart())
    await Promise.all(
      cells.map(async (cell) => {
        const { arrive, leave } = ticket()
        this.#ended.set(cell.root, await this.#play(cell, arrive).finally(leave))
      }),
    )
  }

  /** Code and reason code of the error that a CONNECT of this version ends with. */
  async refusalOf(version: ProtocolVersion): Promise<string> {
    const stage = new Stage(this.#scene(version, 'refused', false))
    try {
      await stage.join({ reconnectPeriod: 0 })
      return 'accepted'
    } catch (error) {
      const { code, reasonCode } = error as { code?: string; reasonCode?: number }
      return [code, reasonCode].filter((one) => one !== undefined).join(' ')
    } finally {
      await stage.close()
    }
  }

  /** Answers why the cell is not ok. */
  async #play(cell: Cell, restart: () => Promise<void>): Promise<Error | undefined> {
    const { row, version, root } = cell
    const isKnown = findKnown(KNOWN_CELLS, this.#kind.name, row.name, version) !== undefined
    const stage = new Stage({ ...this.#scene(version, root, isKnown), restart })
    try {
      await row.run(stage)
      return undefined
    } catch (error) {
      return error as Error
    } finally {
      await stage.close()
    }
  }

  #scene(version: ProtocolVersion, root: string, isKnown: boolean): Scene {
    return {
      port: this.#broker?.port ?? 0,
      version,
      root,
      patienceMs: isKnown ? KNOWN_PATIENCE_MS : PATIENCE_MS,
      restart: refuseRestart,
    }
  }
}

function refuseRestart(): Promise<void> {
  return Promise.reject(new Error('this row does not say that it needs a restart'))
}

function verdictOf(
  error: Error | undefined,
  known: KnownCell | undefined,
  version: ProtocolVersion,
): Verdict {
  if (error === undefined) return known?.occasional?.includes(version) ? known.kind : 'ok'
  return known?.error.test(error.message) === true ? known.kind : 'FAILED'
}

function judge(
  error: Error | undefined,
  known: KnownCell | undefined,
  version: ProtocolVersion,
): void {
  if (known === undefined) {
    if (error !== undefined) throw error
    return
  }
  if (error === undefined && known.occasional?.includes(version)) return
  if (error === undefined) throw new Error('works now: take it out of known-cells.ts')
  if (!known.error.test(error.message)) throw error
}

interface Ticket {
  readonly arrive: () => Promise<void>
  readonly leave: () => void
}

/** One restart for all cells: it happens when each of them has asked for it or is over. */
function sharedRestart(count: number, restart: () => Promise<void>): () => Ticket {
  let missing = count
  let begin = (): void => undefined
  const done = new Promise<void>((resolve) => (begin = resolve)).then(restart)
  return () => {
    let isCounted = false
    const leave = (): void => {
      if (!isCounted && --missing === 0) begin()
      isCounted = true
    }
    const arrive = (): Promise<void> => {
      leave()
      return done
    }
    return { arrive, leave }
  }
}
