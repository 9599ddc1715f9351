// A device that prints lines and speaks no MQTT: each line of text becomes a message, and each
// message to the device a line. Serial.println is the whole client.
//
//   NAME/line   what the device has said (QoS 1); or a topic made of the fields of a JSON line
//   NAME/cmd    what it is told
//
// Bounds: a line of lineBytesMax bytes, a command of windowBytes.

import { topicProblem } from '@motewire/sdk/codec'
import { LineFraming } from '../framing/index.ts'
import type { Device, DeviceFactory, DeviceHost, DeviceMessage } from './device.ts'

export interface LineDeviceOptions {
  /** First level of the topics. */
  readonly name: string
  /** Longest line, bytes. Default 4,096. */
  readonly lineBytesMax?: number
  /** Longest command with its line break: the device's receive buffer. Default lineBytesMax. */
  readonly windowBytes?: number
  /** Without a line for so long the device counts as silent. Default 0: never. */
  readonly silentAfterMs?: number
  /**
   * Topic of a line. `{KEY}` stands for a field of a line that is a JSON object; a line without it
   * goes to the default topic. Default `NAME/line`.
   */
  readonly topic?: string
  /** Filter of commands. Default `NAME/cmd`. */
  readonly commands?: string
  /** Whether the device is told `broker up` and `broker down`, a line each. Default false. */
  readonly tellsBroker?: boolean
}

const LF = 0x0a
const text = new TextEncoder()
const reader = new TextDecoder()

export function lineDevice(options: LineDeviceOptions): DeviceFactory {
  return (host) => new LineDevice(host, options)
}

class LineDevice implements Device {
  readonly #host: DeviceHost
  readonly #lines: LineFraming
  readonly #options: LineDeviceOptions
  readonly #commandBytesMax: number
  readonly #silentAfterMs: number
  #dueMs = Infinity
  #now = 0
  #refused = 0
  #published = 0

  constructor(host: DeviceHost, options: LineDeviceOptions) {
    const { lineBytesMax = 4_096, windowBytes, silentAfterMs = 0, name } = options
    this.#host = host
    this.#options = options
    this.#commandBytesMax = Math.min(lineBytesMax, (windowBytes ?? lineBytesMax + 1) - 1)
    this.#silentAfterMs = silentAfterMs
    const handler = { handleFrame: (line: Uint8Array) => this.#handleLine(line) }
    this.#lines = new LineFraming(handler, { frameBytesMax: lineBytesMax })
    host.subscribe(options.commands ?? `${name}/cmd`, 1)
  }

  handleOpen(now: number): void {
    this.#lines.clear()
    this.#awaitLine(now)
    this.handleBroker(this.#host.isBrokerUp)
  }

  handleClose(): void {
    this.#dueMs = Infinity
  }

  handleBytes(bytes: Uint8Array, now: number): void {
    this.#now = now
    this.#lines.handleBytes(bytes)
  }

  /** A command with a line break in it would be two; the device gets neither. */
  handleMessage({ payload }: DeviceMessage): void {
    if (payload.length > this.#commandBytesMax || payload.includes(LF)) this.#refused++
    else this.#host.send(this.#lines.encode(payload))
  }

  handleBroker(isUp: boolean): void {
    if (this.#options.tellsBroker !== true) return
    this.#host.send(text.encode(isUp ? 'broker up\n' : 'broker down\n'))
  }

  pollTimeout(): number {
    return this.#dueMs
  }

  handleTimeout(now: number): void {
    if (now < this.#dueMs) return
    this.#dueMs = Infinity
    this.#host.tell('silent', 'no line came in time')
  }

  counts(): Readonly<Record<string, number>> {
    const { damaged } = this.#lines.snapshot()
    return {
      linesPublished: this.#published,
      linesDamaged: damaged,
      messagesRefused: this.#refused,
    }
  }

  #handleLine(line: Uint8Array): void {
    this.#host.confirm()
    this.#host.tell('up', 'lines come again')
    this.#awaitLine(this.#now)
    const message = { topic: this.#topicOf(line), payload: line, qos: 1, retain: false } as const
    if (this.#host.publish(message)) this.#published++
  }

  #topicOf(line: Uint8Array): string {
    const { topic, name } = this.#options
    const standard = `${name}/line`
    if (topic === undefined) return standard
    const filled = topic.includes('{') ? fill(topic, line) : topic
    return filled === undefined || topicProblem(filled) !== undefined ? standard : filled
  }

  #awaitLine(now: number): void {
    this.#dueMs = this.#silentAfterMs === 0 ? Infinity : now + this.#silentAfterMs
  }
}

/** Undefined when the line is no JSON object or lacks a field. A field cannot add levels. */
function fill(template: string, line: Uint8Array): string | undefined {
  const fields = readObject(line)
  if (fields === undefined) return undefined
  let isWhole = true
  const topic = template.replaceAll(/\{(\w+)\}/g, (_, key: string) => {
    const value = Object.hasOwn(fields, key) ? fields[key] : undefined
    const isText = (typeof value === 'string' && value !== '') || typeof value === 'number'
    if (!isText || /[/+#]/.test(String(value))) isWhole = false
    return String(value)
  })
  return isWhole ? topic : undefined
}

function readObject(line: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(reader.decode(line))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
