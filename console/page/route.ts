// Where the visitor is, as it stands behind the # of the address: `#/topics?search=north&open=a/b`.
// All that a reload or a bookmark shall bring back is in it. Pure, apart from the two functions
// that move.

import { PAGES } from './page-names.ts'
import type { PageName } from './page-names.ts'

export interface Route {
  readonly page: PageName
  readonly query: URLSearchParams
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const page = PAGES.find((name) => name === path) ?? 'overview'
  return { page, query: new URLSearchParams(query) }
}

/** The address of a page; empty values are left out. */
export function address(page: PageName, query: Readonly<Record<string, string>> = {}): string {
  const kept = Object.entries(query).filter(([, value]) => value !== '')
  const text = new URLSearchParams(kept).toString()
  return `#/${page}${text === '' ? '' : `?${text}`}`
}

/** The same page with some values of its query changed. */
export function changed(route: Route, changes: Readonly<Record<string, string>>): string {
  return address(route.page, { ...Object.fromEntries(route.query), ...changes })
}

/** Goes there; the way back stays open. */
export function visit(to: string): void {
  location.hash = to
}

/** Goes there in place of here: for what is typed, letter by letter. */
export function replaceVisit(to: string): void {
  history.replaceState(null, '', to)
  dispatchEvent(new HashChangeEvent('hashchange'))
}
