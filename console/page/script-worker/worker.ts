// Runs one script of the visitor, in a worker of its own. Its file comes with a policy under which
// text may be evaluated and nothing can be loaded or reached, so all that a script can do is to
// compute and to ask the page. The page holds bounds and stops it: nothing here is relied on.

import type { FromWorker, ScriptAction, ToWorker } from './messages.ts'

/** As much of the worker's global scope as is needed; the page's types know windows only. */
interface Scope {
  postMessage(message: FromWorker, transfer: []): void
  addEventListener(type: 'message', listener: (event: { readonly data: ToWorker }) => void): void
  addEventListener(type: 'error', listener: (event: ErrorEvent) => void): void
  addEventListener(
    type: 'unhandledrejection',
    listener: (event: PromiseRejectionEvent) => void,
  ): void
}

interface Delivered {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: number
  readonly retain: boolean
  /** The payload as UTF-8. */
  readonly text: string
  /** The payload as JSON; throws where it is none. */
  readonly json: unknown
}

const SCRIPT_NAME = 'script.js'
const scope = globalThis as unknown as Scope
const post = (message: FromWorker): void => scope.postMessage(message, [])

const handlers: ((message: Delivered) => unknown)[] = []
const waiting = new Map<number, { readonly resolve: () => void; readonly reject: Reject }>()
type Reject = (error: Error) => void
let actions = 0
/** Of the script. */
let lines = 0

function act(wish: ScriptAction): Promise<void> {
  const action = ++actions
  post({ kind: 'action', action, wish })
  return new Promise((resolve, reject) => waiting.set(action, { resolve, reject }))
}

/** What a script finds besides the language: docs/console.md tells of each. */
const tools = {
  publish: (topic: unknown, payload: unknown, options: { qos?: number; retain?: boolean } = {}) => {
    const { qos = 0, retain = false } = options
    const body = payload instanceof Uint8Array ? inBase64(payload) : asText(payload)
    return act({ what: 'publish', topic: String(topic), ...body, qos, retain })
  },
  subscribe: (filter: unknown, options: { qos?: number } = {}) => {
    return act({ what: 'subscribe', filter: String(filter), qos: options.qos ?? 0 })
  },
  onMessage: (filter: unknown, handler: (message: Delivered) => unknown): void => {
    if (typeof handler !== 'function')
      throw new TypeError('onMessage wants a filter and a function')
    post({ kind: 'handler', handler: handlers.push(handler) - 1, filter: String(filter) })
  },
  every: (ms: number, task: () => unknown): (() => void) => {
    const timer = setInterval(task, ms)
    return () => clearInterval(timer)
  },
  log: (...values: unknown[]): void => post({ kind: 'log', text: values.map(written).join(' ') }),
  assert: (holds: unknown, text = 'assertion failed'): void => {
    if (!holds) throw new Error(text)
  },
}

function asText(payload: unknown): { readonly payload: string; readonly encoding: 'text' } {
  return { payload: typeof payload === 'string' ? payload : written(payload), encoding: 'text' }
}

function inBase64(bytes: Uint8Array): { readonly payload: string; readonly encoding: 'base64' } {
  const chars = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return { payload: btoa(chars), encoding: 'base64' }
}

function written(value: unknown): string {
  if (typeof value === 'object' && value !== null && !(value instanceof Error)) {
    return JSON.stringify(value)
  }
  return String(value)
}

function deliver({ handler, topic, payload, qos, retain }: ToWorker & { kind: 'message' }): void {
  const text = new TextDecoder().decode(payload)
  const message: Delivered = {
    topic,
    payload,
    qos,
    retain,
    text,
    get json(): unknown {
      return JSON.parse(text)
    },
  }
  // Not caught here, so that the place in the script is told as for any other error.
  void handlers[handler]?.(message)
}

function settle({ action, problem }: ToWorker & { kind: 'done' }): void {
  const wish = waiting.get(action)
  waiting.delete(action)
  if (problem === null) wish?.resolve()
  else wish?.reject(new Error(problem))
}

scope.addEventListener('message', ({ data }) => {
  switch (data.kind) {
    case 'run':
      Object.assign(globalThis, tools)
      lines = data.source.split('\n').length
      // As a program of its own: lines count from its first, and its names are its own.
      // oxlint-disable-next-line no-eval -- what this worker is for; its policy bounds it
      return void (0, eval)(`${data.source}\n//# sourceURL=${SCRIPT_NAME}`)
    case 'message':
      return deliver(data)
    case 'done':
      return settle(data)
    case 'ping':
      return post({ kind: 'pong' })
  }
})

/** Where in the script it was thrown, or from where what threw it was called; 0: not there. */
function lineOf(error: unknown): number {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  return Number(/script\.js:(\d+)/.exec(stack)?.[1] ?? 0)
}

// The page tells the visitor, so the browser need not.
scope.addEventListener('error', (event) => {
  event.preventDefault()
  const { message, filename, lineno, error } = event
  // A stack does not tell where a syntax error is. What is missing is missed behind the last line.
  const line = filename.endsWith(SCRIPT_NAME) ? Math.min(lineno, lines) : lineOf(error)
  post({ kind: 'error', text: message, line })
})

scope.addEventListener('unhandledrejection', (event) => {
  event.preventDefault()
  post({ kind: 'error', text: written(event.reason), line: lineOf(event.reason) })
})

post({ kind: 'pong' })
