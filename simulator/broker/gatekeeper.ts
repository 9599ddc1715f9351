// Who may come in and what they may do, from users, groups and rules in memory. Names and passwords
// come from options, a config file or Mosquitto's password file; users with a plain password may
// also prove themselves with SCRAM-SHA-256.

import { accessOf } from './access-list.ts'
import type { AccessRule } from './access-list.ts'
import { ANONYMOUS, OPEN_DOOR } from './core/access.ts'
import type { Access, AuthExchange, Gatekeeper, Identity, SignIn } from './core/access.ts'
import { isPasswordOf } from './credential.ts'
import type { Credential } from './credential.ts'
import type { PasswordFile } from './password-file.ts'
import { SCRAM_METHOD, ScramExchange, scramKeysOf } from './scram.ts'
import type { ScramKeys } from './scram.ts'

export interface User {
  readonly credential: Credential
  readonly groups: readonly string[]
}

export interface GateOptions {
  /** Copied. */
  readonly users: ReadonlyMap<string, User>
  /** Whether those without a user name may come in. */
  readonly allowAnonymous: boolean
  /** Undefined: whoever is in may do everything. */
  readonly rules: readonly AccessRule[] | undefined
  /** Where changed users are kept. Default: nowhere. */
  readonly passwordFile?: PasswordFile | undefined
}

export class UserGate implements Gatekeeper {
  readonly allowsAnonymous: boolean
  readonly users: Map<string, User>
  rules: readonly AccessRule[] | undefined
  readonly passwordFile: PasswordFile | undefined
  /** Made at the first exchange of a user. */
  readonly #scramKeys = new Map<string, ScramKeys>()

  constructor({ users, allowAnonymous, rules, passwordFile }: GateOptions) {
    this.users = new Map(users)
    this.allowsAnonymous = allowAnonymous
    this.rules = rules
    this.passwordFile = passwordFile
  }

  signIn({ username, password }: SignIn): Identity | undefined {
    if (username === undefined) return this.allowsAnonymous ? ANONYMOUS : undefined
    const user = this.users.get(username)
    if (user === undefined || !isPasswordOf(user.credential, password ?? '')) return undefined
    return { username, groups: user.groups }
  }

  /** Makes a user or takes another one's place. */
  put(name: string, user: User): void {
    this.users.set(name, user)
    this.#scramKeys.delete(name)
  }

  delete(name: string): boolean {
    this.#scramKeys.delete(name)
    return this.users.delete(name)
  }

  accessOf(identity: Identity, clientId: string): Access | undefined {
    const { rules } = this
    return rules === undefined ? undefined : accessOf(rules, identity, clientId)
  }

  beginExchange(method: string): AuthExchange | undefined {
    if (method !== SCRAM_METHOD) return undefined
    return new ScramExchange((username) => {
      const user = this.users.get(username)
      if (user?.credential.kind !== 'plain') return undefined
      let keys = this.#scramKeys.get(username)
      if (keys === undefined) {
        keys = scramKeysOf(user.credential.password)
        this.#scramKeys.set(username, keys)
      }
      return { keys, identity: { username, groups: user.groups } }
    })
  }
}

/** Everybody, or only those of the list. */
export function doorOf(passwords: ReadonlyMap<string, string> | undefined): Gatekeeper {
  if (passwords === undefined) return OPEN_DOOR
  const users = new Map<string, User>()
  for (const [name, password] of passwords) {
    users.set(name, { credential: { kind: 'plain', password }, groups: [] })
  }
  return new UserGate({ users, allowAnonymous: false, rules: undefined })
}
