// The crash run of our broker: it is killed (SIGKILL) again and again in the middle of QoS 1 and 2
// traffic and comes back on its folder. A publisher keeps what was confirmed, a subscriber counts
// what came. It does not know how the broker keeps anything.

import { connectAsync } from '@motewire/sdk'
import type { Client } from '@motewire/sdk'
import type { Prng } from '@motewire/sdk/kit'
import { KillableBroker } from '../killable-broker.ts'

export interface BrokerKillOptions {
  readonly kills: number
  /** Draws how many messages are confirmed between two kills. */
  readonly prng: Prng
  /** After each kill: how many so far, and how many messages are confirmed. */
  readonly onKill?: (kills: number, confirmed: number) => void
}

export interface BrokerKillCount {
  readonly qos: 1 | 2
  readonly confirmed: number
  /** Confirmed, and never delivered. */
  readonly lost: number
  /** Delivered more than once: allowed at QoS 1. */
  readonly repeated: number
}

const DURABLE = {
  protocolVersion: 5,
  clean: false,
  reconnectPeriod: 50,
  reconnectPeriodMaxMs: 200,
  properties: { sessionExpiryInterval: 3600 },
} as const
const QOS = [1, 2] as const
/** Messages of each QoS on their way at a time. */
const WORKERS = 20
/** At least so many of each QoS are confirmed between two kills, and fewer than this beyond it. */
const CONFIRMED_MIN = 100
const CONFIRMED_SPREAD = 400
const STEP_MS_MAX = 60_000

export async function runBrokerKills(options: BrokerKillOptions): Promise<BrokerKillCount[]> {
  const broker = new KillableBroker()
  await broker.start()
  try {
    return await countOver(broker, options)
  } finally {
    await broker.remove()
  }
}

async function countOver(
  broker: KillableBroker,
  { kills, prng, onKill }: BrokerKillOptions,
): Promise<BrokerKillCount[]> {
  const subscriber = await connectAsync(broker.url, { ...DURABLE, clientId: 'sub' })
  const publisher = await connectAsync(broker.url, { ...DURABLE, clientId: 'pub' })
  const flows = QOS.map((qos) => new Flow(publisher, qos))
  subscriber.on('message', (topic, payload) => {
    flows.find((flow) => flow.topic === topic)?.handleMessage(Number(payload.toString()))
  })
  await subscriber.subscribe('kill/#', { qos: 2 })
  for (const flow of flows) flow.start()
  for (let kill = 1; kill <= kills; kill++) {
    await Promise.all(
      flows.map((flow) => flow.confirms(CONFIRMED_MIN + prng.below(CONFIRMED_SPREAD))),
    )
    await broker.kill()
    await broker.start()
    onKill?.(
      kill,
      flows.reduce((sum, { confirmed }) => sum + confirmed, 0),
    )
  }
  const counts = await Promise.all(flows.map((flow) => flow.finish()))
  await publisher.end()
  await subscriber.end()
  return counts
}

/** Numbers of one QoS: what was published, what was confirmed, what came. */
class Flow {
  readonly topic: string
  readonly #client: Client
  readonly #qos: 1 | 2
  readonly #confirmed = new Set<number>()
  readonly #received = new Map<number, number>()
  /** Confirmed and not delivered yet. */
  readonly #missing = new Set<number>()
  #next = 0
  #isOver = false
  #workers: Promise<void>[] = []
  #onProgress: () => void = () => undefined

  constructor(client: Client, qos: 1 | 2) {
    this.topic = `kill/${qos}`
    this.#client = client
    this.#qos = qos
  }

  get confirmed(): number {
    return this.#confirmed.size
  }

  start(): void {
    this.#workers = Array.from({ length: WORKERS }, () => this.#work())
  }

  async #work(): Promise<void> {
    while (!this.#isOver) {
      const number = this.#next++
      await this.#client.publishAsync(this.topic, String(number), { qos: this.#qos })
      this.#confirmed.add(number)
      if (!this.#received.has(number)) this.#missing.add(number)
      this.#onProgress()
    }
  }

  handleMessage(number: number): void {
    this.#received.set(number, (this.#received.get(number) ?? 0) + 1)
    this.#missing.delete(number)
    this.#onProgress()
  }

  /** Waits for so many more confirmations. */
  async confirms(more: number): Promise<void> {
    const goal = this.#confirmed.size + more
    if (await this.#until(() => this.#confirmed.size >= goal)) return
    throw new Error(`${this.topic}: nothing is confirmed any more`)
  }

  /** Publishes no more, waits for what is owed, and counts. */
  async finish(): Promise<BrokerKillCount> {
    this.#isOver = true
    await Promise.all(this.#workers)
    await this.#until(() => this.#missing.size === 0)
    const repeated = [...this.#received.values()].filter((times) => times > 1).length
    return { qos: this.#qos, confirmed: this.confirmed, lost: this.#missing.size, repeated }
  }

  /** False when it does not come true in time. */
  #until(isDone: () => boolean): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isTrue: boolean): void => {
        clearTimeout(timer)
        this.#onProgress = () => undefined
        resolve(isTrue)
      }
      const timer = setTimeout(() => end(false), STEP_MS_MAX)
      this.#onProgress = () => {
        if (isDone()) end(true)
      }
      this.#onProgress()
    })
  }
}
