// One simulated run of the real client and the real broker, made from a seed alone: who publishes
// what to whom, over which links, with which faults; a time of trouble, then a quiet time; then the
// books are checked. Everything is drawn from the seed, so each seed is another corner.

import { Client } from '@motewire/sdk'
import type { ByteChannel, Outcome, QoS } from '@motewire/sdk'
import { Prng, Task } from '@motewire/sdk/kit'
import { Broker } from '@motewire/simulator/broker'
import {
  completeLink,
  DirectChannel,
  ImpairedChannel,
  LinkModel,
  LinkTrace,
  LINK_PROFILE_NAMES,
  TraceSum,
  VirtualClock,
} from '@motewire/simulator/world'
import type { Link, LinkSettings } from '@motewire/simulator/world'
import { Books } from './books.ts'
import { TappedChannel } from './tapped-channel.ts'
import type { Mutation } from './tapped-channel.ts'
import { WireTap } from './wire-tap.ts'

export interface Finding {
  readonly breaches: readonly string[]
  readonly digest: string
  readonly virtualMs: number
  readonly messages: number
  readonly connects: number
  readonly inflightPeak: number
}

export interface RunOptions {
  /** Breaks each client in the same way; called once a client. */
  readonly mutate?: ((prng: Prng) => Mutation) | undefined
  /** Takes the place of what the seed draws: for shrinking. */
  readonly change?: ((draw: Draw) => Draw) | undefined
}

const TROUBLE_MS = 120_000
/** Longer than any keepalive, backoff and stall of the links here. */
const QUIET_MS = 600_000
const STOP_MS = 60_000

/** What is drawn once a run. */
export interface Draw {
  readonly publishers: number
  readonly subscribers: number
  readonly everyMs: number
  readonly payloadBytes: number
  readonly inflightMax: number
  readonly protocolVersion: 4 | 5
  readonly segmentBytes: number
  readonly link: LinkSettings
  readonly restarts: number
}

export async function simulate(seed: number | string, options: RunOptions = {}): Promise<Finding> {
  const stage = new Stage(seed, options)
  return stage.play()
}

function drawOf(prng: Prng): Draw {
  const pick = <T>(choices: readonly T[]): T => choices[prng.below(choices.length)]!
  const profiles = LINK_PROFILE_NAMES.filter((name) => name !== 'lorawan-gateway')
  // One byte: each byte boundary is a place where a connection may end.
  const segmentBytes = pick([1, 7, 1_460])
  return {
    publishers: 1 + prng.below(3),
    subscribers: 1 + prng.below(2),
    everyMs: pick([50, 300, 2_000]),
    // A segment is an event: large messages byte by byte would take the time of many runs.
    payloadBytes: pick(segmentBytes === 1 ? [0, 10, 50] : [0, 10, 300, 3_000]),
    inflightMax: pick([1, 3, 10, 100]),
    protocolVersion: pick([4, 5]),
    segmentBytes,
    link: {
      profile: pick(profiles),
      cutEveryMs: pick([2_000, 10_000, 60_000]),
      refuseShare: pick([0, 0.3]),
      natIdleMs: pick([0, 15_000]),
      outages: pick([[], [{ startMs: 30_000, durationMs: 40_000, spreadMs: 20_000 }]]),
    },
    restarts: pick([0, 0, 1, 3]),
  }
}

class Stage {
  readonly #prng: Prng
  readonly #draw: Draw
  readonly #options: RunOptions
  readonly #clock = new VirtualClock()
  readonly #broker: Broker
  readonly #books = new Books()
  readonly #taps: WireTap[] = []
  readonly #traces: LinkTrace[] = []
  readonly #clients: Client[] = []
  readonly #ends = new Set<DirectChannel>()
  #isTrouble = true
  /** Subscriptions that were not answered yet. */
  #subscribing = 0
  #connects = 0

  constructor(seed: number | string, options: RunOptions) {
    this.#prng = new Prng(seed)
    const draw = drawOf(this.#prng.fork('draw'))
    this.#draw = options.change?.(draw) ?? draw
    this.#options = options
    const { inflightMax } = this.#draw
    this.#broker = new Broker({ clock: this.#clock, wallNow: () => 0, inflightMax })
  }

  async play(): Promise<Finding> {
    const { publishers, subscribers } = this.#draw
    for (let i = 0; i < subscribers; i++) this.#addSubscriber(`subscriber-${i}`)
    // All messages count once the broker knows who wants them, which takes long on a bad link.
    while (this.#subscribing > 0 && this.#clock.now() < SUBSCRIBED_MS_MAX) await this.#run(1_000)
    for (let i = 0; i < publishers; i++) this.#addPublisher(`publisher-${i}`)
    this.#planRestarts()
    await this.#run(TROUBLE_MS)
    this.#isTrouble = false
    this.#calm()
    await this.#run(QUIET_MS)
    for (const client of this.#clients) this.#books.checkQueue(client.clientId, client.queued)
    for (const tap of this.#taps) tap.expectQuiet()
    const endings = [...this.#clients.map((client) => client.end()), this.#broker.stop()]
    await this.#run(STOP_MS)
    await Promise.all(endings)
    return this.#finding()
  }

  /** Promises settle after each virtual second. */
  async #run(ms: number): Promise<void> {
    const endMs = this.#clock.now() + ms
    while (this.#clock.now() < endMs) {
      this.#clock.runUntil(Math.min(endMs, this.#clock.now() + 1_000))
      await Promise.resolve()
    }
  }

  #finding(): Finding {
    const sum = new TraceSum()
    this.#traces.forEach((trace, index) => trace.addTo(sum, index))
    return {
      breaches: [...this.#books.check(), ...this.#taps.flatMap(({ breaches }) => breaches)],
      digest: String(sum),
      virtualMs: this.#clock.now(),
      messages: this.#books.published,
      connects: this.#connects,
      inflightPeak: Math.max(...this.#taps.map(({ inflightPeak }) => inflightPeak)),
    }
  }

  #addSubscriber(name: string): void {
    const client = this.#client(name)
    client.on('message', (topic, payload, { qos }) => {
      this.#books.handleReceived(name, topic, payload.toString(), qos, this.#clock.now())
    })
    const subscribe = async (qos: QoS): Promise<void> => {
      this.#subscribing++
      // A bad link may outlast the patience of one call; an application asks again.
      while (!(await isGranted(client, `${qos}/#`, qos)) && client.state !== 'ended');
      this.#subscribing--
    }
    for (const qos of [0, 1, 2] as const) void subscribe(qos)
    this.#books.addSubscriber(name)
    client.start()
  }

  #addPublisher(name: string): void {
    const { everyMs, payloadBytes } = this.#draw
    const client = this.#client(name)
    const prng = this.#prng.fork(`messages of ${name}`)
    client.on('outcome', (outcome: Outcome, _topic, _qos, _reason, token) => {
      this.#books.handleOutcome(token as string, outcome, this.#clock.now())
    })
    const publish: Task = new Task((now) => {
      if (!this.#isTrouble) return
      const qos = prng.below(3) as QoS
      const topic = `${qos}/${name}`
      const text = this.#books.publish(topic, qos, payloadBytes)
      client.publish(topic, text, { qos, token: this.#books.keyOf(topic, text) })
      this.#clock.schedule(now + prng.exponential(everyMs), publish)
    })
    this.#clock.schedule(this.#clock.now() + prng.exponential(everyMs), publish)
    client.start()
  }

  #client(clientId: string): Client {
    const { inflightMax, protocolVersion, segmentBytes } = this.#draw
    const prng = this.#prng.fork(clientId)
    const mutation = this.#options.mutate?.(prng.fork('mutation'))
    const tap = new WireTap(clientId, 'client', inflightMax)
    const brokerTap = new WireTap(`broker to ${clientId}`, 'broker', inflightMax)
    const trace = new LinkTrace()
    const link = this.#link(prng.fork('link'))
    const openChannel = (): ByteChannel => {
      this.#connects++
      const inner = new DirectChannel(this.#clock, 'broker', (far) => {
        this.#ends.add(far)
        far.whenEnded = () => void this.#ends.delete(far)
        this.#broker.accept(new TappedChannel(far, brokerTap), clientId)
        return true
      })
      const current = this.#isTrouble ? link.troubled : link.calm
      const channel = new ImpairedChannel(inner, current, this.#clock, { trace, segmentBytes })
      return new TappedChannel(channel, tap, mutation)
    }
    const client = new Client('mqtt://broker', {
      clientId,
      clean: false,
      clock: this.#clock,
      openChannel,
      seed: clientId,
      protocolVersion,
      keepalive: 20,
      reconnectPeriod: 200,
      reconnectPeriodMaxMs: 5_000,
      inflightMax,
      inflightQos2Max: inflightMax,
      // Room for all that the worst link makes wait: what is dropped is then a fault.
      outbox: { messagesMax: 20_000, bytesMax: 64 << 20 },
      properties: protocolVersion === 5 ? EXPIRY : {},
    })
    this.#taps.push(tap, brokerTap)
    this.#traces.push(trace)
    this.#clients.push(client)
    return client
  }

  #link(prng: Prng): { troubled: Link; calm: Link } {
    const troubled = new LinkModel(completeLink(this.#draw.link)).link(prng, this.#clock.now())
    // Fast, so that even a window of one message empties a long queue in the quiet time.
    const calm = new LinkModel(completeLink({ profile: 'ethernet' }))
    return { troubled, calm: calm.link(prng.fork('calm'), 0) }
  }

  /** The broker's process is killed and comes back with its sessions, as from its disk. */
  #planRestarts(): void {
    const prng = this.#prng.fork('restarts')
    for (let i = 0; i < this.#draw.restarts; i++) {
      const restart = new Task(() => this.#calm())
      this.#clock.schedule(this.#clock.now() + prng.unit() * TROUBLE_MS, restart)
    }
  }

  /** All connections end at once; in the quiet time their successors have good links. */
  #calm(): void {
    for (const end of this.#ends) end.close()
  }
}

/** A session outlives any trouble here. */
const EXPIRY = { sessionExpiryInterval: 86_400 } as const
const SUBSCRIBED_MS_MAX = 7_200_000

async function isGranted(client: Client, filter: string, qos: QoS): Promise<boolean> {
  try {
    const [grant] = await client.subscribe(filter, { qos })
    return grant?.qos === qos
  } catch {
    return false
  }
}
