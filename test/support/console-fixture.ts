// A broker, a fleet and bridges that look alive to the console without being it: every number is a
// function of the elapsed time that the test gives, so the same moment always shows the same page.
// For tests of the console's own work (paging, order, bounds); what a broker really does is tested
// with a real one.

import type { BridgeView } from '@motewire/console'
import type { FleetInspection, FleetSnapshot, LatencySummary } from '@motewire/simulator'
import type {
  BrokerInspection,
  BrokerStats,
  ClientView,
  Page,
  PageQuery,
  TopicDetail,
  TopicView,
} from '@motewire/simulator/broker'

/** When all of it began. */
const STARTED_AT = Date.UTC(2026, 0, 5, 8, 0, 0)

export interface LivelySize {
  readonly clients: number
  readonly topics: number
}

const SITES = ['north', 'south', 'east', 'west', 'harbour']
const KINDS = ['temperature', 'humidity', 'pressure', 'battery', 'vibration']

/** A message that somebody published through the inspection. */
export interface Published {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
}

export class LivelyBroker implements BrokerInspection {
  readonly published: Published[] = []
  readonly disconnected: Set<string> = new Set()
  /** Calls of `topics`, to see how often somebody looks. */
  topicsCalls = 0
  readonly #size: LivelySize
  readonly #elapsedMs: () => number

  constructor(size: LivelySize, elapsedMs: () => number) {
    this.#size = size
    this.#elapsedMs = elapsedMs
  }

  stats(): BrokerStats {
    const { clients, topics } = this.#size
    const elapsedMs = this.#elapsedMs()
    const seconds = elapsedMs / 1000
    const messagesIn = Math.floor(topics * (0.5 * seconds + 0.6 * Math.sin(seconds / 4)))
    return {
      version: '0.1.0',
      startedAt: STARTED_AT,
      uptimeMs: elapsedMs,
      clientsConnected: clients - this.disconnected.size,
      sessionsOffline: 3,
      connectsTotal: clients + 12,
      subscriptions: 6,
      topics,
      retained: Math.floor(topics / 10),
      messagesIn,
      messagesOut: Math.floor(messagesIn * 1.4),
      messagesDropped: 0,
      bytesIn: messagesIn * 58,
      bytesOut: messagesIn * 81,
      queued: 17,
    }
  }

  clients(query: PageQuery = {}): Page<ClientView> {
    return paged(this.#size.clients, query, clientName, (index) => this.#client(index))
  }

  client(clientId: string): ClientView | undefined {
    const index = Number(/\d+$/.exec(clientId)?.[0] ?? NaN) - 1
    return clientName(index) === clientId && index < this.#size.clients
      ? this.#client(index)
      : undefined
  }

  topics(query: PageQuery = {}): Page<TopicView> {
    this.topicsCalls++
    return paged(this.#size.topics, query, topicName, (index) => this.#topic(index))
  }

  topic(name: string): TopicDetail | undefined {
    const index = Number(/\d+/.exec(name)?.[0] ?? NaN) - 1
    if (topicName(index) !== name || index >= this.#size.topics) return undefined
    const topic = this.#topic(index)
    const value = (20 + Math.sin(topic.messagesIn / 5)).toFixed(2)
    const payload = Buffer.from(`{"value":${value},"unit":"°C","sequence":${topic.messagesIn}}`)
    const gateway = { clientId: clientName(0), filter: 'site/#', qos: 1 } as const
    const archive = { clientId: clientName(1), filter: `site/${siteOf(index)}/#`, qos: 2 } as const
    return {
      ...topic,
      subscriberList: [gateway, archive].slice(0, topic.subscribers),
      retainedPayload: topic.hasRetained ? payload : undefined,
      lastPayload: payload,
      lastQos: 1,
    }
  }

  disconnect(clientId: string): boolean {
    if (this.client(clientId)?.isConnected !== true) return false
    this.disconnected.add(clientId)
    return true
  }

  publish(topic: string, payload: Uint8Array, options: Omit<Published, 'topic' | 'payload'>): void {
    this.published.push({ topic, payload, qos: options.qos, retain: options.retain })
  }

  #client(index: number): ClientView {
    const elapsedMs = this.#elapsedMs()
    const isGateway = index < 2
    const sent = Math.floor((elapsedMs / 1000) * (isGateway ? 0 : 0.5))
    const taken = isGateway ? Math.floor(elapsedMs / 3) : 0
    return {
      clientId: clientName(index),
      username: isGateway ? 'operator' : undefined,
      isConnected: !this.disconnected.has(clientName(index)),
      address: `127.0.0.1:${40_000 + index}`,
      protocolVersion: index % 7 === 3 ? 4 : 5,
      clean: !isGateway,
      keepalive: 60,
      connectedAt: STARTED_AT + index * 3,
      messagesIn: sent,
      messagesOut: taken,
      bytesIn: sent * 58,
      bytesOut: taken * 58,
      queued: index === 1 ? 17 : 0,
      inflight: isGateway ? 4 : 0,
      dropped: 0,
      subscriptions: isGateway
        ? [
            { filter: 'site/#', qos: 1 },
            { filter: '$SYS/broker/#', qos: 0 },
          ]
        : [{ filter: `device/${index}/command`, qos: 1 }],
    }
  }

  #topic(index: number): TopicView {
    const elapsedMs = this.#elapsedMs()
    const ratePerSecond = 0.1 + (index % 10) / 10
    const messagesIn = Math.floor((elapsedMs / 1000) * ratePerSecond)
    const subscribers = index % 5 === 4 ? 1 : 2
    return {
      topic: topicName(index),
      messagesIn,
      messagesOut: messagesIn * subscribers,
      bytesIn: messagesIn * 58,
      ratePerSecond,
      lastAt: STARTED_AT + elapsedMs - (index % 10) * 130,
      hasRetained: index % 10 === 0,
      subscribers,
    }
  }
}

export class LivelyFleet implements FleetInspection {
  readonly #elapsedMs: () => number

  constructor(elapsedMs: () => number) {
    this.#elapsedMs = elapsedMs
  }

  snapshot(): FleetSnapshot {
    const elapsedMs = this.#elapsedMs()
    const started = Math.min(1000, Math.floor(elapsedMs / 20))
    const connected = Math.max(0, started - 4)
    const published = Math.floor((elapsedMs / 1000) * connected * 0.5)
    const group = (name: string, share: number): FleetSnapshot['groups'][number] => ({
      name,
      devices: 1000 * share,
      connected: Math.floor(connected * share),
      published: Math.floor(published * share),
      acked: Math.max(0, Math.floor(published * share) - 3),
      queued: 3,
    })
    return {
      scenario: 'harbour.yaml',
      broker: 'mqtt://127.0.0.1:1883',
      phase: started < 1000 ? 'starting' : 'running',
      elapsedMs,
      durationMs: 600_000,
      devices: 1000,
      started,
      connected,
      published,
      acked: Math.max(0, published - 12),
      lost: 0,
      queued: 12,
      reconnects: 37,
      errors: 0,
      publishesPerSecond: connected * 0.5,
      ackLatencyMs: ladder(published, 1.2),
      lagMs: ladder(published, 0.2),
      groups: [group('temperature', 0.5), group('vibration', 0.3), group('battery-powered', 0.2)],
    }
  }
}

/** A bridge that carries bytes and one whose serial line is gone. */
export function livelyBridges(elapsedMs: () => number): readonly BridgeView[] {
  return [
    {
      name: 'press-4',
      serial: { address: 'serial /dev/ttyUSB0', state: 'up', problem: null },
      tcp: { address: 'tcp 127.0.0.1:1883', state: 'up', problem: null },
      serialToTcpBytes: Math.floor(elapsedMs() * 3.1),
      tcpToSerialBytes: Math.floor(elapsedMs() * 0.4),
      droppedBytes: 0,
      reopenings: 2,
      since: STARTED_AT,
    },
    {
      name: 'scale',
      serial: {
        address: 'serial /dev/ttyACM1',
        state: 'absent',
        problem: 'port /dev/ttyACM1 went away',
      },
      tcp: { address: 'tcp 127.0.0.1:1883', state: 'idle', problem: null },
      serialToTcpBytes: 120_044,
      tcpToSerialBytes: 802,
      droppedBytes: 96,
      reopenings: 5,
      since: STARTED_AT + elapsedMs() - 12_000,
    },
  ]
}

function ladder(count: number, scale: number): LatencySummary {
  const steps = { min: 0.3, mean: 1.4, p50: 1.1, p90: 2.6, p99: 9.5, p999: 48, max: 210 }
  const scaled = Object.entries(steps).map(([step, value]) => [step, value * scale])
  return { count, ...Object.fromEntries(scaled) }
}

function clientName(index: number): string {
  if (index === 0) return 'gateway-1'
  return index === 1 ? 'archive-2' : `mote-${index + 1}`
}

function siteOf(index: number): string {
  return SITES[index % SITES.length] ?? ''
}

function topicName(index: number): string {
  const kind = KINDS[Math.floor(index / SITES.length) % KINDS.length] ?? ''
  return `site/${siteOf(index)}/${kind}/mote-${index + 1}`
}

function paged<Row>(
  count: number,
  { search = '', offset = 0, limit = 100 }: PageQuery,
  nameOf: (index: number) => string,
  rowOf: (index: number) => Row,
): Page<Row> {
  const part = search.toLowerCase()
  const found = Array.from({ length: count }, (_, index) => index).filter((index) =>
    nameOf(index).toLowerCase().includes(part),
  )
  return { total: found.length, rows: found.slice(offset, offset + limit).map(rowOf) }
}
