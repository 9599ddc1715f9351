// Visits the rows of a long list without holding up delivery for long: a slice a turn of the event
// loop. Rows that go meanwhile may hide others. O(rows).

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Page, PageQuery } from '@motewire/simulator/broker'

const SLICE_ROWS = 500

/** Visits `rowsMax` rows at most; answers whether there were more. */
export async function walkRows<Row>(
  read: (page: PageQuery) => Page<Row>,
  rowsMax: number,
  visit: (row: Row) => void,
): Promise<boolean> {
  let offset = 0
  for (;;) {
    const limit = Math.min(SLICE_ROWS, rowsMax - offset)
    const { total, rows } = read({ offset, limit })
    for (const row of rows) visit(row)
    offset += rows.length
    if (rows.length === 0 || offset >= total) return false
    if (offset === rowsMax) return true
    await nextTurn()
  }
}
