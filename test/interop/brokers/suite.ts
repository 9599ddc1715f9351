// Runs the rows of the matrix against one broker, in each version that it speaks. A Column does the
// work; what vitest is told about it stands at the top.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BrokerKind } from '../../support/brokers/test-broker.ts'
import { requireComponent } from '../../support/component.ts'
import { cellsOf, Column } from './column.ts'
import type { Cell } from './column.ts'
import { ALL_VERSIONS, VERSION_NAMES } from './interop-case.ts'

const START_MS_MAX = 90_000

export function describeBroker(kind: BrokerKind): void {
  const isThere = kind.component === undefined || requireComponent(kind.component)
  // The component's absence is printed by requireComponent, with the command that brings it.
  describe.runIf(isThere)(`the SDK on ${kind.name}`, () => {
    const column = new Column(kind)
    const checkCell = (cell: Cell): Promise<void> => column.check(cell)
    beforeAll(() => column.open(), START_MS_MAX)
    afterAll(() => column.close())

    describe.concurrent('while it runs', () => {
      for (const version of ALL_VERSIONS.filter((one) => !kind.versions.includes(one))) {
        it(`refuses MQTT ${VERSION_NAMES[version]}`, async () => {
          expect(await column.refusalOf(version)).toMatch(kind.refusals[version]!.error)
        })
      }
      for (const cell of cellsOf(kind, 'isTogether')) {
        it(`${cell.row.name} [${cell.versionName}]`, () => checkCell(cell))
      }
    })

    describe('alone', () => {
      for (const cell of cellsOf(kind, 'isAlone')) {
        it(`${cell.row.name} [${cell.versionName}]`, () => checkCell(cell))
      }
    })

    describe('over a restart', () => {
      beforeAll(() => column.playOverRestart(), START_MS_MAX)
      for (const cell of cellsOf(kind, 'isRestarted')) {
        it(`${cell.row.name} [${cell.versionName}]`, () => checkCell(cell))
      }
    })
  })
}
