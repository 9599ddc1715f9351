// What becomes of a client's PUBLISH: whether it may come as it is, which topic it means, whether
// it came before, and its answer. What nobody waits for is counted where it stands in the receive
// buffer: no message is made of it. One a connection that publishes, made by its first PUBLISH.
// It knows neither bytes on the wire nor who the receivers are.

import type { AckType, ProtocolVersion, PublishFrame } from '@motewire/sdk/codec'
import { Message } from './message.ts'
import type { CoreOptions } from './options.ts'
import { mayPublish, publishFault } from './publish-check.ts'
import type { Traffic } from './publish-writer.ts'
import { Rate } from './rate.ts'
import { NO_ROUTES } from './router.ts'
import type { Session } from './session.ts'
import { InboundAliases } from './topic-aliases.ts'
import type { VirtualHost } from './virtual-host.ts'

/** The connection of a publisher, as far as its messages ask it. */
export interface PublishSource {
  readonly protocolVersion: ProtocolVersion
  readonly traffic: Traffic
  acknowledge(type: AckType, packetId: number, reasonCode: number): void
  close(reasonCode: number, isWillDue: boolean, now: number): void
}

const NOT_AUTHORIZED = 0x87
const NO_SUBSCRIBERS = 0x10

export class PublishIntake {
  readonly #source: PublishSource
  readonly #session: Session
  readonly #host: VirtualHost
  #aliases: InboundAliases | undefined
  /** PUBLISH packets, when they are limited. */
  #rate: Rate | undefined

  constructor(source: PublishSource, session: Session, host: VirtualHost) {
    this.#source = source
    this.#session = session
    this.#host = host
  }

  handle(frame: PublishFrame, options: CoreOptions, now: number): void {
    const source = this.#source
    const session = this.#session
    if (this.#isTooFast(options.publishesPerSecondMax, now)) return source.close(0x96, true, now)
    const fault = publishFault(frame, session, options)
    if (fault !== 0) return source.close(fault, true, now)
    const alias = frame.properties?.topicAlias
    const topic = alias === undefined ? frame.topic : this.#resolve(alias, frame.topic, options)
    // [MQTT5-3.3.2-9]
    if (topic === undefined) return source.close(0x94, true, now)
    session.messagesIn++
    source.traffic.messagesIn++
    const { qos, packetId } = frame
    // What was taken once stays taken, whatever its client may do by now.
    const isRepeated = qos === 2 && session.receipts.has(packetId)
    if (!isRepeated && !mayPublish(session.access, topic)) {
      return this.#refuse(topic, qos, packetId, now)
    }
    let deliveries = 1
    if (qos < 2) deliveries = this.#route(frame, topic, now)
    else if (!isRepeated) deliveries = this.#takeOnce(frame, topic, now)
    if (qos === 0) return
    const isUnheard = deliveries === 0 && source.protocolVersion === 5
    source.acknowledge(qos === 1 ? 4 : 5, packetId, isUnheard ? NO_SUBSCRIBERS : 0)
  }

  /** Undefined: an alias beyond the maximum, or one that stands for nothing. */
  #resolve(alias: number, topic: string, { topicAliasMaximum }: CoreOptions): string | undefined {
    this.#aliases ??= new InboundAliases(topicAliasMaximum)
    return this.#aliases.resolve(alias, topic)
  }

  #isTooFast(publishesPerSecondMax: number, now: number): boolean {
    if (publishesPerSecondMax === Infinity) return false
    return (this.#rate ??= new Rate(now)).count(now) > publishesPerSecondMax
  }

  /** Routes a QoS 2 message and remembers that it did: on disk both or neither. */
  #takeOnce(frame: PublishFrame, topic: string, now: number): number {
    const { store } = this.#host
    if (store !== undefined) store.isHeld = true
    const deliveries = this.#route(frame, topic, now)
    this.#openReceipt(frame.packetId)
    if (store !== undefined) store.isHeld = false
    return deliveries
  }

  /** Answers how many took the message. */
  #route(frame: PublishFrame, topic: string, now: number): number {
    const host = this.#host
    const { clientId } = this.#session
    const routes = frame.retain ? undefined : host.routesOf(topic)
    if (routes === NO_ROUTES) {
      host.count(topic, clientId, frame, 0, now)
      return 0
    }
    const { protocolVersion } = this.#source
    const message = Message.received(frame, topic, clientId, protocolVersion, now)
    return host.publish(message, now, routes)
  }

  /** A 3.x client cannot be told: its message is confirmed and goes nowhere. */
  #refuse(topic: string, qos: number, packetId: number, now: number): void {
    const session = this.#session
    // The first of many is in the timeline, all are counted.
    if (session.denied++ === 0) {
      this.#host.timeline.add(session.clientId, 'denied', `publish to ${topic}`, now)
    }
    if (qos === 0) return
    const reasonCode = this.#source.protocolVersion === 5 ? NOT_AUTHORIZED : 0
    if (qos === 2 && reasonCode === 0) this.#openReceipt(packetId)
    this.#source.acknowledge(qos === 1 ? 4 : 5, packetId, reasonCode)
  }

  #openReceipt(packetId: number): void {
    const session = this.#session
    const host = this.#host
    session.openReceipt(packetId)
    if (session.expiryMs > 0) host.store?.noteReceipt(host.name, session.clientId, packetId, true)
  }
}
