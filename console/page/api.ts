// The page's calls of the server's API. It knows paths and errors, not what anything means.

import type { ErrorReply } from '../views.ts'

/** A call that the server refused, or that did not reach it (`code` is then empty). */
export class CallError extends Error {
  readonly code: string
  readonly status: number

  constructor(message: string, code: string, status: number) {
    super(message)
    this.code = code
    this.status = status
  }
}

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** What was asked of the server, to be repeated. */
export interface MadeCall {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

const CALLS_MAX = 50
const made: MadeCall[] = []

function rememberCall(one: MadeCall): void {
  if (made.length === CALLS_MAX) made.shift()
  made.push(one)
}

/** The last changes that this page asked for, the newest first. */
export function madeCalls(): readonly MadeCall[] {
  return made.toReversed()
}

/**
 * Calls a route below `/api/v1/`; resolves with the parsed answer.
 * @throws CallError
 */
export async function call<Answer>(path: string, options: Call = {}): Promise<Answer> {
  const { method = 'GET', body, signal = null } = options
  const headers: Record<string, string> = { 'x-motewire-console': '1' }
  if (method !== 'GET' && !path.startsWith('sign-')) rememberCall({ method, path, body })
  if (body !== undefined) headers['content-type'] = 'application/json'
  const response = await reach(`/api/v1/${path}`, {
    method,
    headers,
    signal,
    body: body === undefined ? null : JSON.stringify(body),
  })
  if (response.status === 204) return undefined as Answer
  const answer: unknown = await response.json().catch(() => null)
  if (response.ok) return answer as Answer
  const error = (answer as ErrorReply | null)?.error
  throw new CallError(error?.message ?? response.statusText, error?.code ?? '', response.status)
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new CallError('server is not reachable', '', 0)
  }
}

/** The path with its query. */
export function withQuery(route: string, query: Readonly<Record<string, string | number>>): string {
  const texts = Object.entries(query).map(([key, value]) => [key, String(value)])
  return `${route}?${new URLSearchParams(texts).toString()}`
}

/** What a failed call says of itself. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
