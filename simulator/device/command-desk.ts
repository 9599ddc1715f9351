// Answers commands as firmware does: after a while, with what was asked and whether it worked. A
// device that is asked faster than it answers refuses what is too much.

import type { Prng } from '@motewire/sdk/kit'
import type { CommandSpec } from '../scenario/index.ts'
import { DelayLine } from './delay-line.ts'
import type { Device } from './device.ts'

interface Command {
  readonly topic: string
  readonly text: string
}

/** Of what was asked, repeated in the answer. */
const ECHO_LENGTH_MAX = 200

const decoder = new TextDecoder()

export class CommandDesk {
  readonly #device: Device
  readonly #spec: CommandSpec
  readonly #prng: Prng
  readonly #line: DelayLine<Command>

  constructor(device: Device, spec: CommandSpec) {
    this.#device = device
    this.#spec = spec
    this.#prng = device.random('commands')
    this.#line = new DelayLine(device, spec.afterMs, (command, dueMs) => {
      this.#answer(command, !this.#prng.chance(spec.failShare), dueMs)
    })
  }

  handleMessage(topic: string, payload: Uint8Array): void {
    // A filter with wildcards brings the device its own answers back.
    if (!this.#line.isOpen || topic.endsWith(this.#spec.reply)) return
    const command = { topic, text: decoder.decode(payload).slice(0, ECHO_LENGTH_MAX) }
    if (this.#line.add(command)) return
    this.#answer(command, false, this.#device.now() + this.#spec.afterMs)
  }

  stop(): void {
    this.#line.stop()
  }

  #answer({ topic, text }: Command, isFine: boolean, dueMs: number): void {
    const answer = JSON.stringify({ ok: isFine, command: text })
    const { qos, reply } = this.#spec
    this.#device.measure(isFine ? 'command.done' : 'command.failed', 1)
    this.#device.publish(topic + reply, answer, { qos, retain: false }, dueMs)
  }
}
