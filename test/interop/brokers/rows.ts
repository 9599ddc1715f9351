// All rows of the matrix, in the order of the document.

import { CONNECTION_CASES } from './connection.cases.ts'
import { DELIVERY_CASES } from './delivery.cases.ts'
import type { InteropCase } from './interop-case.ts'
import { SESSION_CASES } from './session.cases.ts'
import { VERSION5_CASES } from './version5.cases.ts'

export const INTEROP_CASES: readonly InteropCase[] = [
  ...CONNECTION_CASES,
  ...DELIVERY_CASES,
  ...SESSION_CASES,
  ...VERSION5_CASES,
]
