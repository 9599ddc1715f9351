// How answers leave: the headers that all of them carry, JSON bodies, errors, and the page's files.
// The page gets a policy under which it can load nothing but its own files and reach nothing but
// this server. It decides no status itself.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { MotewireError, UsageError } from '@motewire/sdk'
import { ConsoleError } from '../errors.ts'
import type { PageFile } from '../page-files.ts'
import type { ErrorReply } from '../views.ts'

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types motewire-worker',
].join('; ')

/**
 * Of the worker that runs a visitor's script. Text may be evaluated there, which is what it is for,
 * and nothing can be loaded, imported or reached: no address is allowed for anything. A worker has
 * neither the document nor its storage, and takes its policy from its own answer, so the page's
 * stays as strict as it is.
 */
const SCRIPT_WORKER_POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-eval'",
  "connect-src 'none'",
  "worker-src 'none'",
].join('; ')

const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** Sets what every answer carries. */
export function setCommonHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(COMMON_HEADERS)) response.setHeader(name, value)
}

/** An answer of a route that is no JSON. */
export class TextReply {
  readonly type: string
  readonly text: string

  constructor(type: string, text: string) {
    this.type = type
    this.text = text
  }
}

/** Answers with a text, with JSON, or with 204 and nothing when there is nothing to say. */
export function sendAnswer(response: ServerResponse, status: number, body: unknown): void {
  response.setHeader('cache-control', 'no-store')
  if (body === undefined) {
    response.writeHead(204).end()
    return
  }
  const isText = body instanceof TextReply
  const text = isText ? body.text : `${JSON.stringify(body)}\n`
  response
    .writeHead(status, {
      'content-type': `${isText ? body.type : 'application/json'}; charset=utf-8`,
      'content-length': Buffer.byteLength(text),
    })
    .end(text)
}

/**
 * Answers with the error as one code and one line. What the visitor wrote wrongly is 400, what is
 * left is ours: 500.
 */
export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const ours = { status: error instanceof UsageError ? 400 : 500, allow: [] }
  const { status, allow } = error instanceof ConsoleError ? error : ours
  if (allow.length > 0) response.setHeader('allow', allow.join(', '))
  const code = error instanceof MotewireError ? error.code : 'ERR_CONSOLE_FAILED'
  const text = error instanceof Error ? error.message : String(error)
  const message = text.split('\n', 1)[0] ?? ''
  sendAnswer(response, status, { error: { code, message } } satisfies ErrorReply)
}

/** Answers with one of the page's files, or with 304 when the browser has it already. */
export function sendFile(request: IncomingMessage, response: ServerResponse, file: PageFile): void {
  response.setHeader('cache-control', 'no-cache')
  response.setHeader('etag', file.etag)
  if (file.policy === 'script-worker') {
    response.setHeader('content-security-policy', SCRIPT_WORKER_POLICY)
  }
  const known = request.headers['if-none-match']?.split(/\s*,\s*/) ?? []
  if (known.includes(file.etag)) {
    response.writeHead(304).end()
    return
  }
  response.writeHead(200, { 'content-type': file.type, 'content-length': file.bytes.length })
  response.end(request.method === 'HEAD' ? undefined : file.bytes)
}
