// Who has signed in, by what the cookie holds; and how often somebody tried wrongly. Bounded:
// VISITORS_MAX sessions, the oldest forgotten first; SIGN_IN_ADDRESSES_MAX addresses.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { ConsoleError } from '../errors.ts'
import { SIGN_IN_ADDRESSES_MAX, SIGN_IN_FAILURES_MAX, VISITORS_MAX } from '../limits.ts'
import type { AccessSettings } from '../options.ts'
import type { WhoamiView } from '../views.ts'

/** Where nobody has to sign in. */
export const ANYBODY: WhoamiView = { name: '', role: 'admin' }
const TOKEN_HOLDER: WhoamiView = { name: 'token', role: 'admin' }
const WINDOW_MS = 60_000

export class Visitors {
  readonly #access: AccessSettings
  readonly #sessions = new Map<string, WhoamiView>()
  readonly #failures = new Map<string, { count: number; sinceMs: number }>()

  constructor(access: AccessSettings) {
    this.#access = access
  }

  /** Whether anybody has to sign in at all. */
  get isOpen(): boolean {
    return this.#access.token === undefined && this.#access.signIn === undefined
  }

  bySession(id: string): WhoamiView | undefined {
    const known = this.#sessions.get(id)
    const visitor = known && this.present(known)
    if (visitor === undefined) this.#sessions.delete(id)
    return visitor
  }

  /** The visitor with the role of today; undefined when they may no longer come in. */
  present(visitor: WhoamiView): WhoamiView | undefined {
    const { roleOf } = this.#access
    if (roleOf === undefined || visitor === ANYBODY || visitor === TOKEN_HOLDER) return visitor
    const role = roleOf(visitor.name)
    return role && { name: visitor.name, role }
  }

  byToken(text: string): WhoamiView | undefined {
    const { token } = this.#access
    return token !== undefined && isSame(text, token) ? TOKEN_HOLDER : undefined
  }

  /** Undefined: wrong. @throws ConsoleError `ERR_CONSOLE_SIGN_IN_LIMIT` */
  byPassword(
    name: string,
    password: string,
    address: string,
    nowMs: number,
  ): WhoamiView | undefined {
    this.checkRoom(address, nowMs)
    const role = this.#access.signIn?.(name, password)
    if (role !== undefined) return { name, role }
    this.noteFailure(address, nowMs)
    return undefined
  }

  /** What the cookie shall hold. */
  open(visitor: WhoamiView): string {
    const id = randomBytes(32).toString('base64url')
    if (this.#sessions.size >= VISITORS_MAX) {
      const [oldest = ''] = this.#sessions.keys()
      this.#sessions.delete(oldest)
    }
    this.#sessions.set(id, visitor)
    return id
  }

  close(id: string): void {
    this.#sessions.delete(id)
  }

  /** @throws ConsoleError `ERR_CONSOLE_SIGN_IN_LIMIT` after too many wrong attempts. */
  checkRoom(address: string, nowMs: number): void {
    const known = this.#failures.get(address)
    if (known === undefined || nowMs - known.sinceMs >= WINDOW_MS) return
    if (known.count < SIGN_IN_FAILURES_MAX) return
    const message = `${known.count} wrong sign-ins within a minute, wait for its end`
    throw new ConsoleError('ERR_CONSOLE_SIGN_IN_LIMIT', message)
  }

  noteFailure(address: string, nowMs: number): void {
    const known = this.#failures.get(address)
    if (known !== undefined && nowMs - known.sinceMs < WINDOW_MS) {
      known.count++
      return
    }
    if (this.#failures.size >= SIGN_IN_ADDRESSES_MAX) {
      const [oldest = ''] = this.#failures.keys()
      this.#failures.delete(oldest)
    }
    this.#failures.set(address, { count: 1, sinceMs: nowMs })
  }
}

/** Takes the same time wherever the texts differ. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
