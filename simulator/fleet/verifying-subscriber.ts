// The subscriber that verifies a fleet: a client like any other, one a broker, which subscribes
// before the first device starts and stays until what was sent has arrived. Its session outlives
// cuts of the connection, so that the broker keeps what comes meanwhile.

import { Client } from '@motewire/sdk'
import type { ByteChannel, ClientOptions, Clock } from '@motewire/sdk'
import { MotewireError } from '@motewire/sdk/errors'
import { Prng, Task } from '@motewire/sdk/kit'
import { Template } from '../scenario/index.ts'
import type { FleetPlan } from '../scenario/index.ts'
import { IDEAL_LINK, ImpairedChannel, LinkModel } from '../world/index.ts'
import type { EmbeddedBroker } from './embedded-broker.ts'
import type { Fleet } from './fleet.ts'
import { Verifier } from './verifier.ts'

export interface VerifyingSubscriberOptions {
  readonly plan: FleetPlan
  readonly fleet: Fleet
  readonly clock: Clock
  readonly wallNow: () => number
  /** One client each. */
  readonly brokerUrls: readonly string[]
  /** Makes the channel to a broker without sockets; default: by the URL. */
  readonly openChannel?: ((clientId: string) => ByteChannel) | undefined
  /** In virtual time: nothing of it may depend on this process. */
  readonly isVirtual?: boolean
}

/** Real time in which the broker must have taken the subscription. */
const SUBSCRIBE_MS_MAX = 10_000
const POLL_MS = 50
/** Seconds for which the broker keeps the session while the subscriber is away. */
const SESSION_S = 3_600
/** A broker that comes back should find it first. */
const RECONNECT = { reconnectPeriod: 10, reconnectPeriodMaxMs: 1_000 } as const

/** One on a broker without sockets, over a line of its own. */
export function subscriberOf(
  options: Omit<VerifyingSubscriberOptions, 'brokerUrls' | 'openChannel'>,
  embedded: EmbeddedBroker,
): VerifyingSubscriber {
  const { clock } = options
  const line = new LinkModel(IDEAL_LINK).link(new Prng('verify'), clock.now())
  const subscriber = new VerifyingSubscriber({
    ...options,
    brokerUrls: ['mqtt://embedded'],
    openChannel: (clientId) => new ImpairedChannel(embedded.dial(clientId), line, clock),
  })
  // A broker that has forgotten everything hears of it before the devices come back.
  embedded.whenUp = () => subscriber.wake()
  return subscriber
}

export class VerifyingSubscriber {
  readonly #options: VerifyingSubscriberOptions
  readonly #verifier: Verifier
  readonly #clients: readonly Client[]
  #waitsUntilMs = Infinity

  /** @throws UsageError as Verifier does. */
  constructor(options: VerifyingSubscriberOptions) {
    const { plan, fleet, wallNow, brokerUrls } = options
    this.#options = options
    this.#verifier = new Verifier(plan, wallNow, fleet.tally.delivery)
    this.#clients = brokerUrls.map((url, number) => this.#client(url, number))
  }

  #client(url: string, number: number): Client {
    const { plan, clock, openChannel, isVirtual = false } = this.#options
    const life = isVirtual ? '' : `-${process.pid.toString(36)}-${Date.now().toString(36)}`
    const clientId = `motewire-verify-${plan.shard.index}-${number}${life}`
    const values = { index: 0, group: 'verify', id: clientId, seed: plan.scenario.seed }
    const filledIn = (text: string | undefined): string | undefined =>
      text === undefined ? undefined : Template.of(text).render(values)
    const { username, password } = plan.scenario.broker
    const [user, secret] = [filledIn(username), filledIn(password)]
    const options: ClientOptions = {
      ...RECONNECT,
      clientId,
      clock,
      clean: false,
      protocolVersion: isVirtual ? 5 : 'auto',
      properties: { sessionExpiryInterval: SESSION_S },
      payloads: 'borrow',
      seed: clientId,
      ...(user === undefined ? {} : { username: user }),
      ...(secret === undefined ? {} : { password: secret }),
      ...(openChannel === undefined ? {} : { openChannel: () => openChannel(clientId) }),
    }
    const client = new Client(url, options)
    client.on('message', (topic, payload, { retain }) => {
      // What the broker kept of an earlier run is not of this one.
      if (!retain) this.#verifier.handle(topic, payload)
    })
    return client
  }

  /**
   * Connects and subscribes. In virtual time nobody need wait for it: it stands first in line.
   * @throws MotewireError `ERR_SUBSCRIBE_REFUSED`, or `ERR_OPERATION_TIMEOUT` when a broker does
   *   not answer within 10 s.
   */
  async start(): Promise<void> {
    const { isVirtual = false } = this.#options
    const patience = isVirtual ? {} : { signal: AbortSignal.timeout(SUBSCRIBE_MS_MAX) }
    const { filters } = this.#verifier
    if (filters.length === 0) return
    for (const client of this.#clients) client.start()
    await Promise.all(
      this.#clients.map(async (client) => {
        const grants = await client.subscribe(filters, { qos: 2, ...patience }).catch(unanswered)
        const refused = grants.findIndex(({ qos }) => qos >= 0x80)
        if (refused === -1) return
        const text = `broker refused the filter '${filters[refused]}' to the verifying subscriber`
        throw new MotewireError('ERR_SUBSCRIBE_REFUSED', text)
      }),
    )
  }

  /** Connects at once instead of waiting for the next attempt. */
  wake(): void {
    for (const client of this.#clients) client.start()
  }

  /** After the devices have ended: waits so long for what is on its way, and tells the ledger. */
  async settle(waitMs: number): Promise<void> {
    const { fleet, clock } = this.#options
    const devices = new Map(fleet.devices.map((device) => [device.fleetNumber, device]))
    const sent = (device: number, position: number): number =>
      devices.get(device)?.sent(position) ?? 0
    const { ledger } = fleet.tally
    this.#waitsUntilMs = Math.min(this.#waitsUntilMs, clock.now() + waitMs)
    await new Promise<void>((resolve) => {
      const task: Task = new Task((now) => {
        if (now >= this.#waitsUntilMs || this.#verifier.isComplete(ledger, sent)) resolve()
        else clock.schedule(now + POLL_MS, task)
      })
      clock.schedule(clock.now(), task)
    })
    this.#verifier.tell(ledger, sent)
    await this.end()
  }

  /** Waits no longer for what is on its way. */
  hurry(): void {
    this.#waitsUntilMs = -Infinity
  }

  /** Leaves nothing behind at the broker. */
  async end(): Promise<void> {
    await Promise.all(
      this.#clients.map(async (client) => {
        if (client.connected) await client.unsubscribe(this.#verifier.filters).catch(() => [])
        await client.end({ properties: { sessionExpiryInterval: 0 } })
      }),
    )
  }
}

function unanswered(error: unknown): never {
  if ((error as MotewireError).code !== 'ERR_OPERATION_ABORTED') throw error
  const text = `no broker answered the verifying subscriber within ${SUBSCRIBE_MS_MAX / 1_000} s`
  throw new MotewireError('ERR_OPERATION_TIMEOUT', text, { cause: error, retryable: true })
}
