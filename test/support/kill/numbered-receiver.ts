// The counting end of a crash run: a client with a session that the broker keeps, which counts the
// numbers 1, 2, 3, ... that a publisher sends, and a marker behind the last of them. What has not
// come before the marker is lost.

import { connect } from '@motewire/sdk'
import type { Client, ProtocolVersion, QoS } from '@motewire/sdk'
import { SequenceChecker } from '@motewire/simulator/report'

export interface Count {
  readonly published: number
  /** Different numbers that came. */
  readonly received: number
  readonly lost: number
  readonly duplicated: number
  /** Came after a higher number. */
  readonly reordered: number
}

export interface ReceiverOptions {
  readonly url: string
  readonly topic: string
  readonly qos: Exclude<QoS, 0>
  readonly protocolVersion: ProtocolVersion
}

const MARKER = 'marker'
const MARKER_MS_MAX = 30_000
/** Numbers that a repeated message may be behind; far more than any window. */
const BEHIND_MAX = 1 << 20

export class NumberedReceiver {
  readonly #client: Client
  readonly #options: ReceiverOptions
  readonly #checker = new SequenceChecker(1, BEHIND_MAX)
  #handleMarker: () => void = () => undefined

  private constructor(client: Client, options: ReceiverOptions) {
    this.#client = client
    this.#options = options
    client.on('message', (_topic, payload) => {
      const text = payload.toString()
      if (text === MARKER) this.#handleMarker()
      else this.#checker.handle(0, Number(text) - 1)
    })
  }

  /** Resolves when it is subscribed. */
  static async open(options: ReceiverOptions): Promise<NumberedReceiver> {
    const { url, topic, qos, protocolVersion } = options
    const client = connect(url, {
      ...durable('receiver', protocolVersion),
      protocolVersion,
      reconnectPeriod: 50,
      reconnectPeriodMaxMs: 200,
    })
    const receiver = new NumberedReceiver(client, options)
    await client.subscribe(topic, { qos })
    return receiver
  }

  /** Different numbers so far. */
  get received(): number {
    return this.#checker.summary().received
  }

  /** The count, once everything that the broker had before now has come. */
  async finish(published: number): Promise<Count> {
    const { url, topic, qos, protocolVersion } = this.#options
    const marked = new Promise<void>((resolve, reject) => {
      const late = (): void => reject(new Error(`no marker within ${MARKER_MS_MAX} ms`))
      const timer = setTimeout(late, MARKER_MS_MAX)
      this.#handleMarker = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    const marker = connect(url, { protocolVersion, clientId: 'marker' })
    await marker.publishAsync(topic, MARKER, { qos, deadlineMs: MARKER_MS_MAX })
    await marked
    await Promise.all([marker.end(), this.#client.end()])
    const { received, missing, duplicated, reordered } = this.#checker.summary(() => published)
    return { published, received, lost: missing, duplicated, reordered }
  }
}

/** A client whose session the broker keeps while it is away, for an hour at least. */
export function durable(
  clientId: string,
  protocolVersion: ProtocolVersion,
): {
  readonly clientId: string
  readonly clean: false
  readonly properties?: { readonly sessionExpiryInterval: number }
} {
  const session = { clientId, clean: false } as const
  return protocolVersion === 5
    ? { ...session, properties: { sessionExpiryInterval: 3_600 } }
    : session
}
