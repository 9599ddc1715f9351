// Asks a console like any HTTP client would, with every header free to be wrong: fetch would set
// Host and Origin by itself.

import { request } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { ErrorReply } from '@motewire/console'

export interface Asked {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export interface Question {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as it is when a text, as JSON otherwise. */
  readonly body?: unknown
}

/** The whole answer to one request. */
export async function ask(url: string, question: Question = {}): Promise<Asked> {
  const response = await open(url, question)
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  return { status: response.statusCode ?? 0, headers: response.headers, text }
}

/** The parsed answer of the API. */
export async function askJson<Answer>(url: string, question: Question = {}): Promise<Answer> {
  const { status, text } = await ask(url, question)
  if (status >= 400) throw new Error(`${status} ${text}`)
  return JSON.parse(text) as Answer
}

/** Status and code of a refusal: `404 ERR_CONSOLE_NOT_FOUND`. */
export async function askRefused(url: string, question: Question = {}): Promise<string> {
  const { status, text } = await ask(url, question)
  const { error } = JSON.parse(text) as ErrorReply
  return `${status} ${error.code}`
}

/** What every change needs. */
export const WRITING: Readonly<Record<string, string>> = {
  'x-motewire-console': '1',
  'content-type': 'application/json',
}

/** The answer with its body still to come: an event stream, for example. */
export function open(url: string, question: Question = {}): Promise<IncomingMessage> {
  const { method = 'GET', headers = {}, body } = question
  return new Promise((resolve, reject) => {
    // Without an agent no connection outlives its answer.
    const sent = request(url, { method, headers, agent: false }, resolve)
    sent.on('error', reject)
    sent.end(typeof body === 'string' || body === undefined ? body : JSON.stringify(body))
  })
}

export interface ServerSentEvent {
  readonly event: string
  readonly json: unknown
}

/** The events of a stream, one after the other; ends with the stream. */
export async function* eventsOf(stream: IncomingMessage): AsyncGenerator<ServerSentEvent> {
  let rest = ''
  stream.setEncoding('utf8')
  for await (const chunk of stream as AsyncIterable<string>) {
    const parts = (rest + chunk).split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      const event = /^event: (.+)$/m.exec(part)?.[1]
      const json = /^data: (.+)$/m.exec(part)?.[1]
      if (event !== undefined && json !== undefined) yield { event, json: JSON.parse(json) }
    }
  }
}
