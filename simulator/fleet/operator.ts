// Who sends commands and desired states to the devices of a fleet: one client a process, which
// speaks to the devices of this process only. Its messages are counted as measures, apart from
// those of the devices.

import { Client } from '@motewire/sdk'
import type { ByteChannel, Clock } from '@motewire/sdk'
import { Task } from '@motewire/sdk/kit'
import type { FleetPlan, PlannedSend } from '../scenario/index.ts'
import type { Tally } from './tally.ts'

export interface OperatorOptions {
  readonly plan: FleetPlan
  readonly brokerUrl: string
  readonly clock: Clock
  readonly tally: Tally
  readonly openChannel: () => ByteChannel
  /** In the order of time. */
  readonly sends: readonly PlannedSend[]
}

/** What waits while the broker is away: a message to each device of a large fleet. */
const OUTBOX = { messagesMax: 100_000, bytesMax: 64 << 20 } as const

export class Operator {
  readonly #options: OperatorOptions
  readonly #client: Client
  readonly #task = new Task((now) => this.#sendDue(now))
  #startedAtMs = 0
  #next = 0

  constructor(options: OperatorOptions) {
    this.#options = options
    const { plan, brokerUrl, clock, tally, openChannel } = options
    const { clientId, username, password } = plan.operator()
    this.#client = new Client(brokerUrl, {
      clientId,
      clock,
      openChannel,
      outbox: OUTBOX,
      seed: clientId,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    })
    this.#client.on('outcome', (outcome, _topic, _qos, _reason, dueMs) => {
      if (outcome !== 'delivered') return tally.measures.record('operator.lost', 1)
      tally.measures.record('operator.latencyMs', clock.now() - (dueMs as number))
    })
    this.#client.on('offline', (cause) => {
      if (cause !== undefined) tally.failed(`operator: ${cause.message}`)
    })
  }

  start(now: number): void {
    this.#startedAtMs = now
    this.#client.start()
    this.#sendDue(now)
  }

  stop(): void {
    this.#options.clock.cancel(this.#task)
  }

  end(): Promise<void> {
    return this.#client.end()
  }

  #sendDue(now: number): void {
    const { sends, clock, tally } = this.#options
    for (let send = sends[this.#next]; send !== undefined; send = sends[this.#next]) {
      const dueMs = this.#startedAtMs + send.atMs
      if (dueMs > now) return clock.schedule(dueMs, this.#task)
      this.#next++
      const { qos, retain } = send.stage
      tally.measures.record('operator.sent', 1)
      this.#client.publish(send.topic, send.payload, { qos, retain, token: dueMs })
    }
  }
}
