// Tells on a topic how the bridges are doing, for whom no shell and no Prometheus is at hand:
//
//   TOPIC          retained: `running`, `stopped`, or `gone` (the will)
//   TOPIC/PORT     retained: the status of a port, JSON (figures.ts)
//
// A port's status is published when a state in it changes and every so often with fresh counts.
// Bound: one message a port waits in the client's outbox, the newest.

import { Client, Task } from '@motewire/sdk'
import type { ClientOptions, Clock } from '@motewire/sdk'
import { statusOf } from './figures.ts'
import type { NamedSnapshot } from './figures.ts'

export interface StatusOptions {
  readonly brokerUrl: string
  /** Begins the topics. */
  readonly topic: string
  readonly everyMs: number
  readonly client: Omit<ClientOptions, 'will' | 'outbox' | 'clock'>
  readonly clock: Clock
  readonly read: () => readonly NamedSnapshot[]
}

/** Between two looks for a changed state. */
const LOOK_MS = 250

export class StatusPublisher {
  readonly #options: StatusOptions
  readonly #client: Client
  readonly #task = new Task((now) => this.#handleDue(now))
  readonly #states = new Map<string, string>()
  #fullMs = 0

  constructor(options: StatusOptions) {
    const { brokerUrl, topic, client, clock } = options
    this.#options = options
    this.#client = new Client(brokerUrl, {
      ...client,
      clock,
      will: { topic, payload: 'gone', qos: 1, retain: true },
      outbox: { whenFull: 'latest-per-topic' },
    })
    this.#client.on('error', () => undefined)
    this.#client.on('connect', () => this.#publish(topic, 'running'))
  }

  start(): void {
    this.#client.start()
    this.#handleDue(this.#options.clock.now())
  }

  async stop(): Promise<void> {
    this.#options.clock.cancel(this.#task)
    this.#publish(this.#options.topic, 'stopped')
    await this.#client.end({ drainMs: 1_000 })
  }

  #handleDue(now: number): void {
    const { read, everyMs, topic, clock } = this.#options
    const isFull = now >= this.#fullMs
    if (isFull) this.#fullMs = now + everyMs
    const names = new Set<string>()
    for (const { name, snapshot } of read()) {
      names.add(name)
      const status = statusOf(snapshot)
      const state = `${status.port} ${status.net} ${status.reason}`
      if (!isFull && this.#states.get(name) === state) continue
      this.#states.set(name, state)
      this.#publish(`${topic}/${name}`, JSON.stringify(status))
    }
    for (const name of this.#states.keys()) {
      if (names.has(name)) continue
      // A port that is no longer configured has no status: an empty message takes it away.
      this.#states.delete(name)
      this.#publish(`${topic}/${name}`, '')
    }
    clock.schedule(Math.min(this.#fullMs, now + LOOK_MS), this.#task)
  }

  #publish(topic: string, payload: string): void {
    this.#client.publish(topic, payload, { qos: 1, retain: true })
  }
}
