// `npm run mqtt-coverage`: writes docs/mqtt-coverage.md.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../source-tree.ts'
import { COVERAGE_PATH, coverageDocument } from './coverage-document.ts'

writeFileSync(join(ROOT, COVERAGE_PATH), coverageDocument())
console.log(`${COVERAGE_PATH} is written`)
