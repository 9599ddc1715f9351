// Messages with the times at which they came, kept in memory within bounds, and the same as JSON
// lines: each line is what `POST publish` takes, and `at`. It knows neither connections nor HTTP.

import { readPublish } from '../api/publish.ts'
import type { PublishCommand } from '../api/publish.ts'
import { ConsoleError } from '../errors.ts'
import { RECORDED_BYTES_MAX, RECORDED_MESSAGES_MAX } from '../limits.ts'
import { propertiesView, readProperties } from './message-properties.ts'
import type { MessageProperties } from './message-properties.ts'
import { fieldsOf, invalid } from './profile.ts'

export interface RecordedMessage extends PublishCommand {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly properties?: MessageProperties | undefined
}

/** What a message costs besides its bytes, about. */
const MESSAGE_BYTES = 200

export class Recording {
  readonly id: string
  readonly name: string
  /** '' when it came from a file. */
  readonly filter: string
  readonly #messages: RecordedMessage[] = []
  #bytes = 0
  #isFull = false

  constructor(id: string, name: string, filter: string) {
    this.id = id
    this.name = name
    this.filter = filter
  }

  /** Oldest first. */
  get messages(): readonly RecordedMessage[] {
    return this.#messages
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Whether a message was left out because there was no more room. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** From the first message to the last one. */
  get durationMs(): number {
    return (this.#messages.at(-1)?.at ?? 0) - (this.#messages[0]?.at ?? 0)
  }

  /** @param message kept as it is. @returns whether there was room. */
  add(message: RecordedMessage): boolean {
    const { topic, payload, properties } = message
    const extra = properties === undefined ? 0 : JSON.stringify(propertiesView(properties)).length
    const bytes = payload.length + topic.length + extra + MESSAGE_BYTES
    this.#isFull ||=
      this.#messages.length >= RECORDED_MESSAGES_MAX || this.#bytes + bytes > RECORDED_BYTES_MAX
    if (this.#isFull) return false
    this.#messages.push(message)
    this.#bytes += bytes
    return true
  }

  /** As JSON lines. O(bytes). */
  text(): string {
    return this.#messages.map((message) => `${JSON.stringify(lineOf(message))}\n`).join('')
  }

  /**
   * Adds what another recording gave as its text. Times must not fall; an empty line is none.
   * @throws ConsoleError `ERR_CONSOLE_BODY_INVALID` that names the line and what it holds.
   */
  read(text: string): void {
    for (const [index, line] of text.split('\n').entries()) {
      if (line.trim() === '') continue
      const message = readLine(line, index + 1)
      const before = this.#messages.at(-1)?.at ?? 0
      if (message.at < before) throw invalid(`line ${index + 1}: at is before that of another line`)
      if (!this.add(message)) throw invalid(`line ${index + 1}: there is no room for more`)
    }
    if (this.#messages.length === 0) throw invalid('lines hold no message')
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The payload as text where it is one, so that people can read and change it. */
function lineOf({ at, topic, payload, qos, retain, properties }: RecordedMessage): object {
  const further = properties === undefined ? {} : { properties: propertiesView(properties) }
  try {
    return { at, topic, payload: UTF8.decode(payload), qos, retain, ...further }
  } catch {
    const base64 = Buffer.from(payload).toString('base64')
    return { at, topic, payload: base64, encoding: 'base64', qos, retain, ...further }
  }
}

function readLine(line: string, number: number): RecordedMessage {
  try {
    const { at, properties, ...message } = fieldsOf(JSON.parse(line), LINE_KEYS)
    if (typeof at !== 'number' || !(at >= 0)) throw invalid('at is not a time in ms since 1970')
    return { at, ...readPublish(message), properties: readProperties(properties) }
  } catch (error) {
    const reason = error instanceof ConsoleError ? error.message : 'it is not JSON'
    throw invalid(`line ${number}: ${reason}`)
  }
}

const LINE_KEYS = ['at', 'topic', 'payload', 'encoding', 'qos', 'retain', 'properties']
