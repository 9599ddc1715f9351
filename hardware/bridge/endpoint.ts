// One side of a bridge: what all kinds have in common, and every transition between their states as
// one table. The kinds: reopening-endpoint.ts (a port, a TCP client), listening-endpoint.ts (a TCP
// server). Times are milliseconds of the bridge's clock.
//
//   reopening:  idle ─start─► opening ─open─► up ─lost─► waiting ─due─► opening
//                              │  └─refuse─► failed         │ └vanish─► absent ─appear─► opening
//                              └─lost─► waiting, vanish ─► absent
//               opening ─probe─► probing ─confirm─► up      (only ports whose device can be told)
//               probing, up ─stall─► stalled ─open, probe─► up, probing
//               any ─lend─► lent ─return─► opening
//   listening:  idle ─listen─► listening ─open─► up ─lost─► listening
//   both:       any ─halt─► idle,   any ─stop─► stopping ─closed─► stopped

import { assert } from '@motewire/sdk/kit'
import type { MotewireError } from '@motewire/sdk'

/**
 * - `idle`: not wanted now (the other side is away)
 * - `absent`: the device is not there; looked for all the time
 * - `opening`, `up`: being opened, carrying bytes
 * - `probing`: open, but nothing whole has come of what the device should speak
 * - `stalled`: open, but what is to be sent has not moved for a while
 * - `listening`: a server without a client
 * - `waiting`: lost or refused; the next try is scheduled
 * - `lent`: closed, because another program uses the device for a while
 * - `failed`: can never work as configured; not tried again
 */
export type EndpointState =
  | 'idle'
  | 'absent'
  | 'opening'
  | 'listening'
  | 'probing'
  | 'up'
  | 'stalled'
  | 'waiting'
  | 'lent'
  | 'failed'
  | 'stopping'
  | 'stopped'

export type EndpointEvent =
  | 'start'
  | 'listen'
  | 'open'
  | 'probe'
  | 'confirm'
  | 'stall'
  | 'lost'
  | 'refuse'
  | 'vanish'
  | 'appear'
  | 'due'
  | 'lend'
  | 'return'
  | 'halt'
  | 'stop'
  | 'closed'

type Transitions = Readonly<Record<EndpointState, Partial<Record<EndpointEvent, EndpointState>>>>

/** How anything that has a connection may lose it. */
const LEAVING = {
  lost: 'waiting',
  vanish: 'absent',
  refuse: 'failed',
  lend: 'lent',
  halt: 'idle',
  stop: 'stopping',
} as const

/** The states between which a port or a client moves. */
export const REOPENING: Transitions = {
  idle: { start: 'opening', lend: 'lent', halt: 'idle', stop: 'stopping' },
  opening: { open: 'up', probe: 'probing', ...LEAVING },
  probing: { confirm: 'up', stall: 'stalled', ...LEAVING },
  up: { stall: 'stalled', ...LEAVING },
  stalled: { open: 'up', probe: 'probing', ...LEAVING },
  waiting: { due: 'opening', vanish: 'absent', lend: 'lent', halt: 'idle', stop: 'stopping' },
  absent: { appear: 'opening', lend: 'lent', halt: 'idle', stop: 'stopping' },
  failed: { lend: 'lent', halt: 'idle', stop: 'stopping' },
  lent: { return: 'opening', halt: 'idle', stop: 'stopping' },
  stopping: { closed: 'stopped' },
  listening: {},
  stopped: {},
}

/** The states between which a server moves. */
export const LISTENING: Transitions = {
  idle: { listen: 'listening', halt: 'idle', stop: 'stopping' },
  listening: { open: 'up', halt: 'idle', stop: 'stopping' },
  up: { lost: 'listening', halt: 'idle', stop: 'stopping' },
  stopping: { closed: 'stopped' },
  absent: {},
  opening: {},
  probing: {},
  stalled: {},
  waiting: {},
  lent: {},
  failed: {},
  stopped: {},
}

/** Whether there is a connection. */
export function isOpen(state: EndpointState): boolean {
  return state === 'up' || state === 'probing' || state === 'stalled'
}

/** The state after an event. An event that a state does not know is a mistake of ours. */
export function nextState(
  table: Transitions,
  state: EndpointState,
  event: EndpointEvent,
): EndpointState {
  const next = table[state][event]
  assert(next !== undefined, `an endpoint that is ${state} has no transition for ${event}`)
  return next
}

/** What an endpoint tells the bridge. Bytes are borrowed: valid during the call only. */
export interface EndpointHandler {
  /** The state has changed. `error` is why, when something went wrong. */
  handleState(state: EndpointState, error: MotewireError | undefined): void
  handleBytes(bytes: Uint8Array): void
  handleDrain(): void
}

export interface Endpoint {
  /** `serial /dev/ttyUSB0`, `tcp 127.0.0.1:1883`. */
  readonly name: string
  readonly state: EndpointState
  /** Begins to seek a connection, and keeps seeking. */
  start(): void
  /** Cuts the connection, if there is one, and seeks no other until `start`. */
  halt(): void
  /** Ends for good; what was written is sent first, within a bound. Settles when all is closed. */
  stop(): Promise<void>
  /** As ByteChannel.write. */
  write(bytes: Uint8Array): boolean
  pause(): void
  resume(): void
  snapshot(): EndpointSnapshot
}

export interface EndpointSnapshot {
  readonly name: string
  readonly state: EndpointState
  /** How long it has been in this state. */
  readonly stateMs: number
  /** Connections made. */
  readonly opens: number
  /** Connections that ended other than by the bridge itself. */
  readonly losses: number
  /** Attempts that did not become a connection. */
  readonly failures: number
  /**
   * Connections refused by a server: another client writes, the port is away, or the client is not
   * on the list.
   */
  readonly refused: {
    readonly busy: number
    readonly portAway: number
    readonly denied?: number
  }
  /** Why the newest connection or attempt ended; undefined when it ended in good order. */
  readonly error: { readonly code: string; readonly message: string } | undefined
}
