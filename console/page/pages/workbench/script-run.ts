// One run of a visitor's script: starts the worker, gives it the messages that it asked for, does
// on its connection what it wants, within bounds, and ends it when it exceeds them, throws, or does
// not come back. All that comes from the worker is taken for hostile. It draws nothing.

import type { MessageRow, RingView } from '../../../workbench-views.ts'
import { call, reasonOf, withQuery } from '../../api.ts'
import type { FromWorker, ToWorker, Untrusted } from '../../script-worker/messages.ts'

export interface ScriptHandler {
  readonly handleLog: (text: string) => void
  /** The run is over; null: somebody stopped it. */
  readonly handleEnd: (end: ScriptEnd | null) => void
}

type Said = Untrusted<FromWorker>

export type ScriptEnd =
  | { readonly why: 'threw'; readonly text: string; readonly line: number }
  | { readonly why: 'unloaded' | 'stuck' | 'flood' | 'actions' | 'handlers' }

const WORKER_PATH = '/script-worker.js'
/** Questions in a row, one a second, after whose silence a script is in a loop without end. */
const MISSED_MAX = 3
const SECOND_MS = 1_000
const ASK_MS = 200
const HANDLERS_MAX = 8
/** Publishes and subscribes: at once, and a second after that. */
const ACTIONS_AT_ONCE_MAX = 100
const ACTIONS_PER_SECOND_MAX = 50
/** Messages of the worker a second, of any kind. */
const SAID_PER_SECOND_MAX = 2_000
const LOG_CHARS_MAX = 1_000
/** Of the messages of one handler in one answer. */
const ROWS_ASKED = 100
const PAYLOAD_BYTES = 65_536

export class ScriptRun {
  readonly #connectionId: string
  readonly #handler: ScriptHandler
  readonly #worker: Worker
  readonly #ended = new AbortController()
  readonly #filters: { readonly filter: string; after: number }[] = []
  #timer = 0
  #allowed = ACTIONS_AT_ONCE_MAX
  #said = 0
  #missed = 0
  /** Number of the newest message before the run. */
  #before = 0

  constructor(connectionId: string, source: string, handler: ScriptHandler) {
    this.#connectionId = connectionId
    this.#handler = handler
    this.#worker = new Worker(trustedPath() as string, { name: 'script' })
    this.#worker.addEventListener('message', ({ data }: { readonly data: Said }) =>
      this.#take(data),
    )
    // What the script throws comes as a message. This is a worker that could not be loaded.
    this.#worker.addEventListener('error', (event) => {
      if (!(event instanceof ErrorEvent)) this.#end({ why: 'unloaded' })
    })
    // The first sign of life, before which the time is not the script's.
    this.#worker.addEventListener('message', () => void this.#begin(source), { once: true })
  }

  async #begin(source: string): Promise<void> {
    try {
      this.#before = (await this.#messages({ limit: '1', bytes: '1' })).newest
    } catch (error) {
      return this.#end({ why: 'threw', text: reasonOf(error), line: 0 })
    }
    if (this.#ended.signal.aborted) return
    this.#tell({ kind: 'run', source })
    this.#timer = setInterval(() => this.#handleSecond(), SECOND_MS)
    void this.#deliver()
  }

  #messages(query: Readonly<Record<string, string>>): Promise<RingView<MessageRow>> {
    const path = withQuery(`connections/${this.#connectionId}/messages`, query)
    return call(path, { signal: this.#ended.signal })
  }

  stop(): void {
    this.#end(null)
  }

  #end(end: ScriptEnd | null): void {
    if (this.#ended.signal.aborted) return
    this.#ended.abort()
    this.#worker.terminate()
    clearInterval(this.#timer)
    this.#handler.handleEnd(end)
  }

  #tell(message: ToWorker): void {
    this.#worker.postMessage(message, [])
  }

  #handleSecond(): void {
    this.#said = 0
    this.#allowed = Math.min(ACTIONS_AT_ONCE_MAX, this.#allowed + ACTIONS_PER_SECOND_MAX)
    if (this.#missed++ === MISSED_MAX) return this.#end({ why: 'stuck' })
    this.#tell({ kind: 'ping' })
  }

  #take(data: Said): void {
    if (this.#ended.signal.aborted) return
    if (++this.#said > SAID_PER_SECOND_MAX) return this.#end({ why: 'flood' })
    switch (data.kind) {
      case 'pong':
        this.#missed = 0
        return
      case 'log':
        return this.#handler.handleLog(String(data.text).slice(0, LOG_CHARS_MAX))
      case 'error': {
        const text = String(data.text).slice(0, LOG_CHARS_MAX)
        return this.#end({ why: 'threw', text, line: Number(data.line) || 0 })
      }
      case 'handler':
        if (this.#filters.length === HANDLERS_MAX) return this.#end({ why: 'handlers' })
        this.#filters.push({ filter: String(data.filter), after: this.#before })
        return
      case 'action':
        if (this.#allowed === 0) return this.#end({ why: 'actions' })
        this.#allowed--
        return void this.#act(Number(data.action), data.wish)
    }
  }

  async #act(action: number, wish: unknown): Promise<void> {
    const { what, ...body } = Object(wish) as Readonly<Record<string, unknown>>
    // Nothing but these two paths is reached, whatever the worker says; the server checks on.
    const doing = what === 'subscribe' ? 'subscribe' : 'publish'
    const path = `connections/${this.#connectionId}/${doing}`
    const problem = await call(path, { method: 'POST', body, signal: this.#ended.signal }).then(
      () => null,
      reasonOf,
    )
    if (!this.#ended.signal.aborted) this.#tell({ kind: 'done', action, problem })
  }

  /** Asks for the messages of each handler in turn; those from before the run are left out. */
  async #deliver(): Promise<void> {
    const { signal } = this.#ended
    try {
      for (const [handler, one] of this.#filters.entries()) {
        const bounds = { limit: String(ROWS_ASKED), bytes: String(PAYLOAD_BYTES) }
        const query = { match: one.filter, after: String(one.after), ...bounds }
        const { newest, rows } = await this.#messages(query)
        one.after = newest
        for (const row of rows) this.#hand(handler, row)
      }
    } catch (error) {
      if (signal.aborted) return
      return this.#end({ why: 'threw', text: reasonOf(error), line: 0 })
    }
    if (!signal.aborted) setTimeout(() => void this.#deliver(), ASK_MS)
  }

  #hand(handler: number, { topic, qos, retain, start }: MessageRow): void {
    const payload = Uint8Array.from(atob(start.base64), (char) => char.charCodeAt(0))
    this.#tell({ kind: 'message', handler, topic, payload, qos, retain })
  }
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: () => string },
  ): { createScriptURL(text: string): unknown }
}

let trusted: unknown

/** Where the page's policy demands it, the path comes from the one policy that it allows. */
function trustedPath(): unknown {
  const { trustedTypes } = globalThis as unknown as { readonly trustedTypes?: TrustedTypes }
  trusted ??=
    trustedTypes
      ?.createPolicy('motewire-worker', { createScriptURL: () => WORKER_PATH })
      .createScriptURL(WORKER_PATH) ?? WORKER_PATH
  return trusted
}
