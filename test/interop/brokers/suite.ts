// Runs the rows of the matrix against one broker in each version it speaks, and leaves the verdicts
// in test/output/interop for the document.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProtocolVersion } from '@motewire/sdk'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { requireComponent } from '../../support/component.ts'
import { ROOT } from '../../support/source-tree.ts'
import type { BrokerKind, TestBroker } from '../../support/brokers/test-broker.ts'
import { CONNECTION_CASES } from './connection.cases.ts'
import { DELIVERY_CASES } from './delivery.cases.ts'
import { ALL_VERSIONS, VERSION_NAMES } from './interop-case.ts'
import type { InteropCase } from './interop-case.ts'
import { KNOWN_CELLS } from './known-cells.ts'
import type { KnownCell } from './known-cells.ts'
import { SESSION_CASES } from './session.cases.ts'
import { PATIENCE_MS, Stage } from './stage.ts'
import type { Scene } from './stage.ts'
import { VERSION5_CASES } from './version5.cases.ts'

export const INTEROP_CASES: readonly InteropCase[] = [
  ...CONNECTION_CASES,
  ...DELIVERY_CASES,
  ...SESSION_CASES,
  ...VERSION5_CASES,
]

export type Verdict = 'ok' | 'unsupported' | 'defect' | 'FAILED'

export interface BrokerResult {
  readonly broker: string
  readonly release: string
  readonly cells: {
    readonly row: string
    readonly version: ProtocolVersion
    readonly verdict: Verdict
  }[]
}

/** Where the results of the last run stand, one file a broker. */
export const RESULTS_FOLDER: string = join(ROOT, 'test', 'output', 'interop')

const START_MS_MAX = 90_000
/** Nobody waits long for what is known not to come. */
const KNOWN_PATIENCE_MS = 3_000

interface Cell {
  readonly row: InteropCase
  readonly version: ProtocolVersion
  /** Its topics and client identifiers begin with this. */
  readonly root: string
}

export function describeBroker(kind: BrokerKind): void {
  const isThere = kind.component === undefined || requireComponent(kind.component)
  // The component's absence is printed by requireComponent, with the command that brings it.
  describe.runIf(isThere)(`the SDK on ${kind.name}`, () => {
    const result: BrokerResult = {
      broker: kind.name,
      release: isThere ? kind.release() : '',
      cells: [],
    }
    let broker: TestBroker
    beforeAll(async () => {
      broker = await kind.start()
    }, START_MS_MAX)
    afterAll(async () => {
      await broker.remove()
      mkdirSync(RESULTS_FOLDER, { recursive: true })
      writeFileSync(join(RESULTS_FOLDER, `${kind.name}.json`), JSON.stringify(result))
    })
    const sceneOf = ({ row, version, root }: Cell): Scene => {
      const isKnown = knownCell(kind.name, row.name, version) !== undefined
      const patienceMs = isKnown ? KNOWN_PATIENCE_MS : PATIENCE_MS
      return { port: broker.port, version, root, patienceMs, restart: () => Promise.resolve() }
    }
    const check = (cell: Cell, error: Error | undefined): void => {
      const known = knownCell(kind.name, cell.row.name, cell.version)
      const { row, version } = cell
      result.cells.push({ row: row.name, version, verdict: verdictOf(error, known) })
      checkCell(error, known)
    }

    describe.concurrent('while it runs', () => {
      for (const cell of cellsOf(kind, 'isTogether')) {
        it(titleOf(cell), async () => check(cell, await play(cell, sceneOf(cell))))
      }
    })

    describe('alone', () => {
      for (const cell of cellsOf(kind, 'isAlone')) {
        it(titleOf(cell), async () => check(cell, await play(cell, sceneOf(cell))))
      }
    })

    describe('over a restart', () => {
      const cells = cellsOf(kind, 'isRestarted')
      let errors: readonly (Error | undefined)[]
      beforeAll(async () => {
        const ticket = sharedRestart(cells.length, () => broker.restart())
        errors = await Promise.all(
          cells.map((cell) => {
            const { arrive, leave } = ticket()
            return play(cell, { ...sceneOf(cell), restart: arrive }).finally(leave)
          }),
        )
      }, START_MS_MAX)
      cells.forEach((cell, i) => it(titleOf(cell), () => check(cell, errors[i])))
    })
  })
}

function titleOf({ row, version }: Cell): string {
  return `${row.name} [MQTT ${VERSION_NAMES[version]}]`
}

function cellsOf(kind: BrokerKind, how: 'isTogether' | 'isAlone' | 'isRestarted'): Cell[] {
  const howOf = ({ isAlone, isRestarted }: InteropCase): typeof how =>
    isRestarted === true ? 'isRestarted' : isAlone === true ? 'isAlone' : 'isTogether'
  return INTEROP_CASES.flatMap((row, index) =>
    howOf(row) !== how
      ? []
      : kind.versions
          .filter((version) => (row.versions ?? ALL_VERSIONS).includes(version))
          .map((version) => ({ row, version, root: `r${index}v${version}` })),
  )
}

export function knownCell(
  broker: string,
  row: string,
  version: ProtocolVersion,
): KnownCell | undefined {
  return KNOWN_CELLS.find(
    (known) =>
      known.broker === broker &&
      known.row === row &&
      (known.versions ?? ALL_VERSIONS).includes(version),
  )
}

/** Runs the cell and answers why it is not ok. */
async function play({ row }: Cell, scene: Scene): Promise<Error | undefined> {
  const stage = new Stage(scene)
  try {
    await row.run(stage)
    return undefined
  } catch (error) {
    return error as Error
  } finally {
    await stage.close()
  }
}

function verdictOf(error: Error | undefined, known: KnownCell | undefined): Verdict {
  if (error === undefined) return 'ok'
  return known?.error.test(error.message) === true ? known.kind : 'FAILED'
}

function checkCell(error: Error | undefined, known: KnownCell | undefined): void {
  if (known === undefined) {
    if (error !== undefined) throw error
    return
  }
  if (error === undefined) throw new Error('works now: take it out of known-cells.ts')
  if (!known.error.test(error.message)) throw error
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

interface Ticket {
  readonly arrive: () => Promise<void>
  readonly leave: () => void
}
