// Who may come in by a plain list of names and passwords.

import { createHash, timingSafeEqual } from 'node:crypto'
import { OPEN_DOOR } from './core/access.ts'
import type { Gatekeeper } from './core/access.ts'

/** Everybody, or only those of the list. */
export function doorOf(users: ReadonlyMap<string, string> | undefined): Gatekeeper {
  if (users === undefined) return OPEN_DOOR
  return {
    signIn: ({ username, password }) => {
      const expected = users.get(username ?? '')
      if (expected === undefined || !isSame(expected, password ?? '')) return undefined
      return { username, groups: [] }
    },
  }
}

/** Takes the same time whatever differs. */
function isSame(expected: string, given: Uint8Array | string): boolean {
  const digest = (text: Uint8Array | string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(expected), digest(given))
}
