// Our own broker in the same process as the fleet, reached without sockets: for runs in virtual and
// scaled time. It goes down and comes back, with or without what it knew, as the scenario says.

import type { Clock } from '@motewire/sdk'
import { Task } from '@motewire/sdk/kit'
import { Broker } from '../broker/index.ts'
import type { BrokerOptions } from '../broker/index.ts'
import { DirectChannel, SlowRule } from '../world/index.ts'
import type { BrokerFault, LinkRule } from '../world/index.ts'

export interface EmbeddedBrokerOptions {
  readonly clock: Clock
  readonly wallNow: () => number
  readonly faults: readonly BrokerFault[]
  readonly broker?: BrokerOptions | undefined
}

export class EmbeddedBroker {
  /** Rules for what comes down, of the times in which the broker is slow. */
  readonly rules: readonly LinkRule[]
  /** Called when the broker is back after a fault. */
  whenUp: (() => void) | undefined
  readonly #options: EmbeddedBrokerOptions
  readonly #ends = new Set<DirectChannel>()
  #broker: Broker
  #isDown = false

  /** Times of faults count from now. */
  constructor(options: EmbeddedBrokerOptions) {
    const { clock, faults } = options
    this.#options = options
    this.#broker = this.#makeBroker()
    const originMs = clock.now()
    this.rules = faults.flatMap((fault) =>
      fault.kind === 'slow'
        ? [new SlowRule(originMs + fault.atMs, fault.durationMs, fault.delayMs)]
        : [],
    )
    for (const fault of faults) {
      if (fault.kind !== 'restart') continue
      clock.schedule(originMs + fault.atMs, new Task((now) => this.#goDown(now, fault)))
    }
  }

  get broker(): Broker {
    return this.#broker
  }

  /** A channel to the broker, as the client's end. */
  dial(clientId: string): DirectChannel {
    return new DirectChannel(this.#options.clock, 'embedded broker', (far) => {
      if (this.#isDown) return false
      this.#ends.add(far)
      far.whenEnded = () => void this.#ends.delete(far)
      this.#broker.accept(far, clientId)
      return true
    })
  }

  stop(): Promise<void> {
    return this.#broker.stop()
  }

  #makeBroker(): Broker {
    const { clock, wallNow, broker } = this.#options
    return new Broker({ ...broker, clock, wallNow })
  }

  #goDown(now: number, { downMs, isPersistent }: BrokerFault & { kind: 'restart' }): void {
    this.#isDown = true
    for (const end of this.#ends) end.close()
    if (!isPersistent) {
      void this.#broker.stop()
      this.#broker = this.#makeBroker()
    }
    this.#options.clock.schedule(now + downMs, new Task(() => this.#comeUp()))
  }

  #comeUp(): void {
    this.#isDown = false
    this.whenUp?.()
  }
}
