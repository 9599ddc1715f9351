// How a route is described, and the keys of a query that many routes take.

import { count, text } from './schema.ts'
import type { Schema } from './schema.ts'

export interface Operation {
  readonly summary: string
  readonly tag: string
  /** What stands for the `*` of the path. */
  readonly id?: string
  readonly query?: Readonly<Record<string, Schema>>
  readonly body?: Schema
  /** Undefined: 204 without a body. */
  readonly answer?: Schema
  /** Default: JSON. */
  readonly type?: string
}

export const rows: Readonly<Record<'search' | 'offset' | 'limit', Schema>> = {
  search: text,
  offset: count,
  limit: { ...count, minimum: 1, maximum: 500 },
}

export const after: Readonly<Record<string, Schema>> = { after: count }
