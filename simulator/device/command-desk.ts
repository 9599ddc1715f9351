// Answers commands as firmware does: after a while, with what was asked and whether it worked.
// Bounded: a device that is asked faster than it answers refuses what is too much.

import type { Prng, Task } from '@motewire/sdk/kit'
import type { CommandSpec } from '../scenario/index.ts'
import type { Device } from './device.ts'

interface Command {
  readonly topic: string
  readonly text: string
  readonly dueMs: number
}

/** Commands that wait for their answer. */
const WAITING_MAX = 16
/** Of what was asked, repeated in the answer. */
const ECHO_LENGTH_MAX = 200

const decoder = new TextDecoder()

export class CommandDesk {
  readonly #device: Device
  readonly #spec: CommandSpec
  readonly #prng: Prng
  readonly #task: Task
  /** In the order in which they are due, as all take the same time. */
  readonly #waiting: Command[] = []
  #isOpen = true

  constructor(device: Device, spec: CommandSpec) {
    this.#device = device
    this.#spec = spec
    this.#prng = device.random('commands')
    this.#task = device.task((now) => this.#answerDue(now))
  }

  handleMessage(topic: string, payload: Uint8Array): void {
    // A filter with wildcards brings the device its own answers back.
    if (!this.#isOpen || topic.endsWith(this.#spec.reply)) return
    const text = decoder.decode(payload).slice(0, ECHO_LENGTH_MAX)
    const dueMs = this.#device.now() + this.#spec.afterMs
    if (this.#waiting.length >= WAITING_MAX) return this.#answer({ topic, text, dueMs }, false)
    this.#waiting.push({ topic, text, dueMs })
    if (this.#waiting.length === 1) this.#device.schedule(dueMs, this.#task)
  }

  stop(): void {
    this.#isOpen = false
    this.#device.cancel(this.#task)
  }

  #answerDue(now: number): void {
    for (let next = this.#waiting[0]; next !== undefined && next.dueMs <= now;) {
      this.#waiting.shift()
      this.#answer(next, !this.#prng.chance(this.#spec.failShare))
      next = this.#waiting[0]
    }
    const [next] = this.#waiting
    if (next !== undefined) this.#device.schedule(next.dueMs, this.#task)
  }

  #answer({ topic, text, dueMs }: Command, isFine: boolean): void {
    const answer = JSON.stringify({ ok: isFine, command: text })
    const { qos, reply } = this.#spec
    this.#device.measure(isFine ? 'command.done' : 'command.failed', 1)
    this.#device.publish(topic + reply, answer, { qos, retain: false }, dueMs)
  }
}
