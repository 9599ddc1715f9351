// What a person is told while a bridge runs: one line for each change that matters. Routine steps
// are left out, and a failure that repeats itself at every try is told once. Counts nothing; keeps
// only the newest state and failure of each side.

import type { MotewireError } from '@motewire/sdk'
import { isOpen } from './endpoint.ts'
import type { EndpointState } from './endpoint.ts'

export type BridgeSide = 'port' | 'net'

export interface BridgeNotice {
  readonly side: BridgeSide
  readonly state: EndpointState
  /** One line: `serial /dev/ttyUSB0 hung up; waiting for it`. */
  readonly message: string
  /** What went wrong, with its code; undefined when nothing did. */
  readonly error: MotewireError | undefined
}

/** Whom a line is about. */
export interface NoticeSubject {
  readonly name: string
  /** The line settings of a port, the client of a server. */
  readonly detail?: string | undefined
}

interface Newest {
  state: EndpointState
  failure: string
}

export class NoticeReporter {
  readonly #handleNotice: ((notice: BridgeNotice) => void) | undefined
  readonly #whyCut: string
  readonly #newest: Record<BridgeSide, Newest> = {
    port: { state: 'idle', failure: '' },
    net: { state: 'idle', failure: '' },
  }

  /** @param whyCut why the bridge cuts the network connection by itself. */
  constructor(
    handleNotice: ((notice: BridgeNotice) => void) | undefined,
    whyCut: string = 'because the port has gone',
  ) {
    this.#handleNotice = handleNotice
    this.#whyCut = whyCut
  }

  /** Something about a side whose state has not changed. */
  tell(side: BridgeSide, message: string): void {
    this.#handleNotice?.({ side, state: this.#newest[side].state, message, error: undefined })
  }

  /** A side has changed its state. */
  report(
    side: BridgeSide,
    subject: NoticeSubject,
    state: EndpointState,
    error: MotewireError | undefined,
  ): void {
    const newest = this.#newest[side]
    const before = newest.state
    newest.state = state
    const message = line(subject, state, before, error, this.#whyCut)
    if (message === undefined) return
    const failure = error === undefined ? '' : `${state} ${error.code}`
    const isRepeated = failure !== '' && failure === newest.failure
    newest.failure = failure
    if (!isRepeated) this.#handleNotice?.({ side, state, message, error })
  }
}

/** The line for a change; undefined when it is routine. */
function line(
  { name, detail }: NoticeSubject,
  state: EndpointState,
  before: EndpointState,
  error: MotewireError | undefined,
  whyCut: string,
): string | undefined {
  const wasUp = isOpen(before)
  const why = error?.message ?? (wasUp ? `${name} closed the connection` : name)
  switch (state) {
    case 'stalled':
      return why
    case 'up':
    case 'probing':
      if (before === 'stalled') return `${name} takes bytes again`
      if (wasUp) return undefined
      return detail === undefined ? `${name} is connected` : `${name} is connected (${detail})`
    case 'waiting':
      return `${why}; trying again`
    case 'absent':
      return `${why}; waiting for it`
    case 'lent':
      return `${name} is lent to another program`
    case 'failed':
      return `${why}; giving up`
    case 'listening':
      return wasUp ? `${name}: the client has left` : `${name} takes a client`
    case 'idle':
      return wasUp ? `${name} was cut, ${whyCut}` : undefined
    case 'stopped':
      return `${name} is closed`
    case 'opening':
    case 'stopping':
      return undefined
  }
}
