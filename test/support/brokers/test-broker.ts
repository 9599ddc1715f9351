// What the interop suite knows of a broker: its name, how to start it, what it speaks. Each kind
// lives in a file of its own; none of them knows the suite.

import type { ProtocolVersion } from '@motewire/sdk'
import type { ComponentName } from '../component.ts'

/** A running broker in its own folder, on its own port. The credentials below are the only ones. */
export interface TestBroker {
  readonly port: number
  /** What it has written, the newest part. */
  readonly log: string
  /** Ends it in good order and starts it on the same port with what it has kept. */
  restart(): Promise<void>
  /** Ends it, whatever it does, and deletes its folder. */
  remove(): Promise<void>
}

export interface BrokerKind {
  readonly name: string
  /** What has to be installed; undefined when npm brings it. */
  readonly component: ComponentName | undefined
  /** The protocol versions it speaks. */
  readonly versions: readonly ProtocolVersion[]
  /** What it does with a CONNECT of the others. */
  readonly refusals: Readonly<Partial<Record<ProtocolVersion, Refusal>>>
  /** Its release, as it says itself. */
  release(): string
  start(): Promise<TestBroker>
}

export interface Refusal {
  /** For people. */
  readonly seen: string
  /** What the SDK makes of it: error code and reason code. */
  readonly error: RegExp
}

export const USERNAME = 'admin'
export const PASSWORD = 'password'
