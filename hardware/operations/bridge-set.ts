// Many ports in one process: starts a bridge for each definition, and goes from one list of
// definitions to the next without touching what has not changed. A bridge that cannot be made or
// started is told and left out; the others go on. It does not know what a bridge does.
// O(definitions) for each change.

import type { BridgeSnapshot } from '../bridge/bridge.ts'

/** What all bridges of one port have in common. */
export interface AnyBridge {
  /** Begins, and keeps at it until `stop`. */
  start(): Promise<void>
  stop(): Promise<void>
  /** Closes the port for another program, until `takeBack`; settles when the device is free. */
  lend(): Promise<void>
  takeBack(): void
  snapshot(): BridgeSnapshot
}

export interface BridgeDefinition {
  readonly name: string
  /** Equal text means that a running bridge may stay as it is. */
  readonly fingerprint: string
  /** May throw. */
  readonly make: () => AnyBridge
}

export interface BridgeSetHandler {
  /** A bridge could not be made or started. */
  handleFailure(name: string, error: unknown): void
}

/** What `apply` did, by name. */
export interface BridgeChanges {
  readonly started: readonly string[]
  readonly stopped: readonly string[]
  readonly kept: readonly string[]
}

interface Running {
  readonly fingerprint: string
  readonly bridge: AnyBridge
}

export class BridgeSet {
  readonly #handler: BridgeSetHandler
  readonly #running = new Map<string, Running>()
  #changing: Promise<unknown> = Promise.resolve()

  constructor(handler: BridgeSetHandler) {
    this.#handler = handler
  }

  /**
   * Makes the definitions true: stops what is no longer wanted or has changed, then starts what is
   * new. A changed bridge is stopped first, because its port can be open only once. Never rejects.
   */
  apply(definitions: readonly BridgeDefinition[]): Promise<BridgeChanges> {
    const change = this.#changing.then(() => this.#apply(definitions))
    this.#changing = change
    return change
  }

  /** The running bridges, in the order in which they were started. */
  bridges(): { readonly name: string; readonly bridge: AnyBridge }[] {
    return [...this.#running].map(([name, { bridge }]) => ({ name, bridge }))
  }

  async stop(): Promise<void> {
    await this.apply([])
  }

  async #apply(definitions: readonly BridgeDefinition[]): Promise<BridgeChanges> {
    const wanted = new Map(definitions.map((one) => [one.name, one]))
    const stopped = [...this.#running.keys()].filter((name) => {
      return this.#running.get(name)?.fingerprint !== wanted.get(name)?.fingerprint
    })
    await Promise.all(stopped.map((name) => this.#end(name)))
    const missing = definitions.filter(({ name }) => !this.#running.has(name))
    const kept = [...this.#running.keys()]
    const attempts = await Promise.all(missing.map((one) => this.#begin(one)))
    const started = missing.filter((_, index) => attempts[index]).map(({ name }) => name)
    return { started, stopped, kept }
  }

  async #begin({ name, fingerprint, make }: BridgeDefinition): Promise<boolean> {
    try {
      const bridge = make()
      this.#running.set(name, { fingerprint, bridge })
      await bridge.start()
      return true
    } catch (error) {
      await this.#end(name)
      this.#handler.handleFailure(name, error)
      return false
    }
  }

  async #end(name: string): Promise<void> {
    const running = this.#running.get(name)
    this.#running.delete(name)
    await running?.bridge.stop().catch((error: unknown) => {
      this.#handler.handleFailure(name, error)
    })
  }
}
