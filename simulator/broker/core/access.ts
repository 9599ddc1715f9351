// Who may come in and what they may do, as the core asks it. The answers are made elsewhere: user
// and password files, access lists, exchanges like SCRAM live in the shell. Pure contracts.

import type { ConnectPacket } from '@motewire/sdk/codec'

/** What a session may do. Asked once a topic or filter, not once a message. */
export interface Access {
  mayPublish(topic: string): boolean
  maySubscribe(filter: string): boolean
  /** Asked when a message's receivers are found. */
  mayReceive(topic: string): boolean
}

/** Somebody who came in. */
export interface Identity {
  readonly username: string | undefined
  readonly groups: readonly string[]
}

export interface SignIn {
  readonly clientId: string
  readonly username: string | undefined
  readonly password: Uint8Array | string | undefined
  readonly address: string
  /** The listener's name, `tcp` unless another was given. */
  readonly listener: string
}

/** One exchange of enhanced authentication [MQTT5 4.12]. */
export interface AuthExchange {
  /** Takes what the client sent, and answers. */
  step(input: Uint8Array): AuthStep
}

export type AuthStep =
  | { readonly kind: 'continue'; readonly answer: Uint8Array }
  | { readonly kind: 'success'; readonly answer: Uint8Array; readonly identity: Identity }
  | { readonly kind: 'failure' }

export interface Gatekeeper {
  /** User name and password; undefined refuses. */
  signIn(request: SignIn): Identity | undefined
  /** Undefined: everything is allowed. */
  accessOf?(identity: Identity, clientId: string): Access | undefined
  /** Undefined: the method is not known. */
  beginExchange?(method: string): AuthExchange | undefined
  /** Another server that this client should use. */
  redirect?(packet: ConnectPacket): Redirect | undefined
}

export interface Redirect {
  readonly serverReference: string
  /** Whether to stay there for good: 0x9D instead of 0x9C. */
  readonly isPermanent: boolean
}

export const NO_GROUPS: readonly string[] = []
/** Whoever came in without a name. */
export const ANONYMOUS: Identity = { username: undefined, groups: NO_GROUPS }

/** Lets everybody in and everything through. */
export const OPEN_DOOR: Gatekeeper = {
  signIn: ({ username }) => (username === undefined ? ANONYMOUS : { username, groups: NO_GROUPS }),
}
