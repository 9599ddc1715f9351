// Reads the query of a request, strictly: a misspelt key or a number out of range is told, not
// ignored. It knows no broker.

import { ConsoleError } from '../errors.ts'
import { ROWS_MAX, SEARCH_CHARS_MAX } from '../limits.ts'

export interface RowQuery {
  readonly search: string
  readonly offset: number
  readonly limit: number
}

const ROWS_DEFAULT = 100
const ROW_KEYS = ['search', 'offset', 'limit']

/** @throws ConsoleError `ERR_CONSOLE_QUERY_INVALID` when another key is there. */
export function checkKeys(query: URLSearchParams, known: readonly string[]): void {
  for (const key of query.keys()) {
    if (!known.includes(key)) throw invalid(`query key '${key}' is unknown`)
  }
}

/**
 * Search text, first row and rows at most.
 * @throws ConsoleError `ERR_CONSOLE_QUERY_INVALID`
 */
export function readRowQuery(
  query: URLSearchParams,
  furtherKeys: readonly string[] = [],
): RowQuery {
  checkKeys(query, [...ROW_KEYS, ...furtherKeys])
  const search = query.get('search') ?? ''
  if (search.length > SEARCH_CHARS_MAX) {
    throw invalid(`search has ${search.length} characters, the limit is ${SEARCH_CHARS_MAX}`)
  }
  return {
    search,
    offset: readCount(query, 'offset', 0, 0, Number.MAX_SAFE_INTEGER),
    limit: readCount(query, 'limit', ROWS_DEFAULT, 1, ROWS_MAX),
  }
}

/** One of a list of words. */
export function readWord<Word extends string>(
  query: URLSearchParams,
  key: string,
  words: readonly [Word, ...Word[]],
): Word {
  const text = query.get(key)
  if (text === null) return words[0]
  const found = words.find((word) => word === text)
  if (found === undefined) throw invalid(`${key} '${text}' is none of ${words.join(', ')}`)
  return found
}

/** A text that must be there. */
export function readText(
  query: URLSearchParams,
  key: string,
  furtherKeys: readonly string[] = [],
): string {
  checkKeys(query, [key, ...furtherKeys])
  const text = query.get(key) ?? ''
  if (text === '') throw invalid(`query key '${key}' is missing`)
  return text
}

/** A whole number in a range. */
export function readCount(
  query: URLSearchParams,
  key: string,
  absent: number,
  min: number,
  max: number,
): number {
  const text = query.get(key)
  if (text === null) return absent
  const count = /^\d{1,16}$/.test(text) ? Number(text) : NaN
  if (count >= min && count <= max) return count
  throw invalid(`${key} '${text}' is not a whole number from ${min} to ${max}`)
}

function invalid(message: string): ConsoleError {
  return new ConsoleError('ERR_CONSOLE_QUERY_INVALID', message)
}
