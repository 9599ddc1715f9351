// Users and access rules of a running broker, looked at and changed (control.ts). What is changed
// holds at once, for connected clients too, and until the broker stops; names and passwords longer,
// when there is a password file. Those who stand in the configuration only are not written there.

import type { BrokerCore } from './core/broker-core.ts'
import type { AccessRule } from './access-list.ts'
import type { UserControl, UserView } from './control.ts'
import { hashOf, isPasswordOf } from './credential.ts'
import type { Credential } from './credential.ts'
import type { UserGate } from './gatekeeper.ts'
import type { WallClock } from './views.ts'

const NOT_AUTHORIZED = 0x87

export class UserAdmin implements UserControl {
  readonly #gate: UserGate
  readonly #core: BrokerCore
  readonly #clock: WallClock

  constructor(gate: UserGate, core: BrokerCore, clock: WallClock) {
    this.#gate = gate
    this.#core = core
    this.#clock = clock
  }

  get file(): string | undefined {
    return this.#gate.passwordFile?.path
  }

  get allowsAnonymous(): boolean {
    return this.#gate.allowsAnonymous
  }

  users(): readonly UserView[] {
    return [...this.#gate.users].map(([name, { credential, groups }]) => {
      const isKept = this.#gate.passwordFile?.has(name) === true
      return { name, groups, credential: credential.kind, isKept }
    })
  }

  check(name: string, password: string): readonly string[] | undefined {
    const user = this.#gate.users.get(name)
    const isRight = user !== undefined && isPasswordOf(user.credential, password)
    return isRight ? user.groups : undefined
  }

  putUser(name: string, password: string | undefined, groups: readonly string[]): boolean {
    const old = this.#gate.users.get(name)
    const credential = password === undefined ? old?.credential : this.#keep(name, password)
    if (credential === undefined) return false
    this.#gate.put(name, { credential, groups })
    for (const host of this.#core.hosts.values()) {
      for (const session of host.sessions.values()) {
        if (session.username === name) session.groups = groups
      }
    }
    this.#core.refreshAccess()
    return true
  }

  /** Writes the password where it is to be kept, before it holds. */
  #keep(name: string, password: string): Credential {
    const { passwordFile: file, users } = this.#gate
    if (file === undefined || (users.has(name) && !file.has(name))) {
      return { kind: 'plain', password }
    }
    const hashed = hashOf(password)
    file.put(name, hashed)
    return hashed
  }

  deleteUser(name: string): boolean {
    const file = this.#gate.passwordFile
    if (file?.has(name) === true) file.delete(name)
    if (!this.#gate.delete(name)) return false
    const now = this.#clock.now()
    for (const host of this.#core.hosts.values()) {
      for (const { username, connection } of host.sessions.values()) {
        if (username === name) connection?.close(NOT_AUTHORIZED, true, now, 'user was deleted')
      }
    }
    return true
  }

  rules(): readonly AccessRule[] | undefined {
    return this.#gate.rules
  }

  setRules(rules: readonly AccessRule[] | undefined): void {
    this.#gate.rules = rules
    this.#core.refreshAccess()
  }
}
