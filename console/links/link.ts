// One link that the console holds for its visitors: a port or a socket, the log of what went over
// it, timed sends and rules that answer. It ends once; its log stays until it is removed. It knows
// no HTTP. Bounds: LINK_ENTRIES_MAX entries, LINK_LOG_BYTES_MAX bytes.

import type { DrivenLines } from '@motewire/hardware'
import { Task } from '@motewire/sdk'
import type { Clock } from '@motewire/sdk'
import { ConsoleError } from '../errors.ts'
import { LINK_ENTRIES_MAX, LINK_LOG_BYTES_MAX } from '../limits.ts'
import type { LinkFraming, LinkRequest, LinkView } from '../link-views.ts'
import { EntryRing } from '../workbench/entry-ring.ts'
import { Series } from '../workbench/series.ts'
import type { Carrier } from './carrier.ts'
import { Cutter } from './cutter.ts'
import { Replies } from './replies.ts'
import type { ReadRule } from './replies.ts'

export interface KeptEntry {
  readonly sequence: number
  readonly at: number
  readonly what: 'in' | 'out' | 'joined' | 'left'
  readonly peer: string
  readonly bytes: Uint8Array
}

/** What an entry costs besides its bytes, about. */
const ENTRY_COST_BYTES = 120
const NOTHING = new Uint8Array()

export class Link {
  readonly id: string
  readonly entries: EntryRing<KeptEntry> = new EntryRing(LINK_ENTRIES_MAX, LINK_LOG_BYTES_MAX)
  readonly #settings: LinkRequest
  readonly #carrier: Carrier
  readonly #clock: Clock
  readonly #replies: Replies
  readonly #peers = new Set<string>()
  readonly #cutters = new Map<string, Cutter>()
  #state: LinkView['state'] = 'opening'
  #name: string
  #problem: string | null = null
  #openedAt = 0
  #bytesIn = 0
  #bytesOut = 0
  #damagedBefore = 0
  #framing: LinkFraming = 'raw'
  #gapMs = 20
  #series: Series | undefined
  #ended: (() => void)[] = []
  /** Those who wait for the next entry. */
  readonly #waiting = new Set<() => void>()

  constructor(id: string, settings: LinkRequest, carrier: Carrier, clock: Clock) {
    this.id = id
    this.#settings = settings
    this.#name = settings.kind
    this.#carrier = carrier
    this.#clock = clock
    this.#replies = new Replies(clock, (reply, peer) => this.#sendQuietly(reply, peer))
  }

  /** @throws ConsoleError `ERR_CONSOLE_CONNECT_FAILED` when it cannot be opened. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#carrier.open({
        handleOpen: (name) => {
          this.#state = 'open'
          this.#name = name
          this.#openedAt = Date.now()
          resolve()
        },
        handleBytes: (bytes, peer) => this.#handleBytes(bytes, peer),
        handleJoined: (peer) => this.#handleJoined(peer),
        handleLeft: (peer) => this.#handleLeft(peer),
        handleEnd: (cause) => {
          this.#handleEnd(cause)
          const message = cause?.message ?? `${this.#name} was closed`
          // Nobody listens any more once it was open.
          reject(new ConsoleError('ERR_CONSOLE_CONNECT_FAILED', message, { cause }))
        },
      })
    })
  }

  /** Resolves when there is an entry after this one, when it is closed, or after so long. */
  changed(after: number, patienceMs: number): Promise<void> {
    if (this.entries.next - 1 > after || this.#state === 'closed') return Promise.resolve()
    return new Promise((resolve) => {
      const settle = (): void => {
        this.#waiting.delete(settle)
        this.#clock.cancel(task)
        resolve()
      }
      const task = new Task(settle)
      this.#waiting.add(settle)
      this.#clock.schedule(this.#clock.now() + patienceMs, task)
    })
  }

  /** Resolves when it is closed. */
  end(): Promise<void> {
    if (this.#state === 'closed') return Promise.resolve()
    return new Promise((resolve) => {
      this.#ended.push(resolve)
      this.#carrier.close()
    })
  }

  /** @throws ConsoleError `ERR_CONSOLE_CONFLICT` when nobody takes it. */
  send(bytes: Uint8Array, peer: string): void {
    if (this.#state !== 'open') {
      throw new ConsoleError('ERR_CONSOLE_CONFLICT', `${this.#name} is not open`)
    }
    this.#carrier.send(bytes, peer)
    this.#bytesOut += bytes.length
    this.#log('out', peer, bytes)
  }

  /** Sends it `count` times; a series that runs already ends. */
  repeat(bytes: Uint8Array, peer: string, count: number, everyMs: number): void {
    this.stopSeries()
    this.#series = new Series(count, everyMs, this.#clock, () => this.#sendQuietly(bytes, peer))
  }

  stopSeries(): void {
    this.#series?.stop()
  }

  setRules(rules: readonly ReadRule[]): void {
    this.#replies.rules = rules
  }

  /** Holds for what comes from now on. */
  setFraming(framing: LinkFraming, gapMs: number): void {
    for (const peer of this.#cutters.keys()) this.#dropCutter(peer)
    this.#framing = framing
    this.#gapMs = gapMs
  }

  /** @throws ConsoleError `ERR_CONSOLE_CONFLICT` where there are no lines. */
  async setLines(lines: Partial<DrivenLines>): Promise<void> {
    const control = this.#carrier.control()
    if (control === undefined) {
      throw new ConsoleError('ERR_CONSOLE_CONFLICT', `${this.#name} has no lines to drive`)
    }
    await control.setLines(lines)
  }

  view(): LinkView {
    const lines = this.#carrier.control()?.lines
    const series = this.#series
    const damaged = [...this.#cutters.values()].reduce((sum, one) => sum + one.damaged, 0)
    return {
      id: this.id,
      settings: this.#settings,
      name: this.#name,
      state: this.#state,
      problem: this.#problem,
      openedAt: this.#openedAt,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      peers: [...this.#peers],
      lines: lines === undefined ? null : { dtr: lines.dtr, rts: lines.rts },
      framing: this.#framing,
      gapMs: this.#gapMs,
      damaged: this.#damagedBefore + damaged,
      rules: this.#replies.rules.map(({ view }) => view),
      stoppedRules: this.#replies.stopped,
      replies: this.#replies.sent,
      series:
        series === undefined
          ? null
          : {
              sent: series.sent,
              count: series.count,
              everyMs: series.everyMs,
              isRunning: series.isRunning,
            },
    }
  }

  /** What is sent by itself has nobody to tell that it could not be. */
  #sendQuietly(bytes: Uint8Array, peer: string): void {
    try {
      this.send(bytes, peer)
      this.#problem = null
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error)
    }
  }

  #handleBytes(bytes: Uint8Array, peer: string): void {
    this.#bytesIn += bytes.length
    let cutter = this.#cutters.get(peer)
    if (cutter === undefined) {
      const emit = (entry: Uint8Array): void => this.#log('in', peer, entry)
      cutter = new Cutter(this.#framing, this.#gapMs, this.#clock, emit)
      this.#cutters.set(peer, cutter)
    }
    cutter.handleBytes(bytes)
    this.#replies.handleBytes(bytes, peer)
  }

  #handleJoined(peer: string): void {
    this.#peers.add(peer)
    this.#log('joined', peer, NOTHING)
  }

  #handleLeft(peer: string): void {
    this.#peers.delete(peer)
    this.#dropCutter(peer)
    this.#replies.forget(peer)
    this.#log('left', peer, NOTHING)
  }

  #dropCutter(peer: string): void {
    const cutter = this.#cutters.get(peer)
    if (cutter === undefined) return
    cutter.stop()
    this.#damagedBefore += cutter.damaged
    this.#cutters.delete(peer)
  }

  #handleEnd(cause: Error | undefined): void {
    this.#state = 'closed'
    this.#problem = cause?.message ?? this.#problem
    this.stopSeries()
    this.#replies.stop()
    for (const peer of this.#cutters.keys()) this.#dropCutter(peer)
    for (const tell of [...this.#ended.splice(0), ...this.#waiting]) tell()
  }

  #log(what: KeptEntry['what'], peer: string, borrowed: Uint8Array): void {
    const bytes = Uint8Array.from(borrowed)
    const entry = { sequence: this.entries.next, at: Date.now(), what, peer, bytes }
    this.entries.add(entry, bytes.length + ENTRY_COST_BYTES)
    for (const tell of this.#waiting) tell()
  }
}
