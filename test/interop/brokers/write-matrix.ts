// Writes docs/compatibility.md from the results that the last run of the suite left; `npm run
// interop -- --write` starts it. If a broker did not run, or failed, the document stays as it is.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BROKER_KINDS } from '../../support/brokers/index.ts'
import { ROOT } from '../../support/source-tree.ts'
import { KNOWN_CELLS } from './known-cells.ts'
import { renderMatrix } from './matrix.ts'
import type { BrokerResult } from './result.ts'
import { DOCUMENT, resultFile } from './result.ts'
import { INTEROP_CASES } from './rows.ts'

const results = BROKER_KINDS.map(({ name }): BrokerResult => {
  const file = join(ROOT, resultFile(name))
  if (!existsSync(file)) throw new Error(`${name} did not run: there is no ${file}`)
  const result = JSON.parse(readFileSync(file, 'utf8')) as BrokerResult
  const failed = result.cells.find(({ verdict }) => verdict === 'FAILED')
  if (failed) throw new Error(`${name} failed: ${failed.row}, protocol level ${failed.version}`)
  return result
})
const text = renderMatrix({
  kinds: BROKER_KINDS,
  rows: INTEROP_CASES,
  known: KNOWN_CELLS,
  results,
})
writeFileSync(join(ROOT, DOCUMENT), text)
console.log(`wrote ${DOCUMENT}`)
