// Writes PUBLISH packets of one connection: what the server allows, topic aliases, what is left of
// an expiry. It lives as long as the connection, and so do the aliases. It knows no window.

import {
  preparePublish,
  propertiesBytes,
  publishBytes,
  textBytes,
  writePreparedPublish,
  writePublishParts,
} from '../codec/index.ts'
import type { Properties, QoS } from '../codec/index.ts'
import type { Capabilities } from './capabilities.ts'
import type { Outbox } from './outbox.ts'
import { OutboundAliases } from './topic-aliases.ts'
import type { TransmitBuffer } from './transmit-buffer.ts'

export class PublishWriter {
  readonly capabilities: Capabilities
  readonly #transmit: TransmitBuffer
  readonly #aliases: OutboundAliases | undefined
  /** Topics the server knows by an alias that the application chose. */
  #chosen: Map<number, string> | undefined

  constructor(transmit: TransmitBuffer, capabilities: Capabilities, aliasesMax: number) {
    this.#transmit = transmit
    this.capabilities = capabilities
    const max = Math.min(aliasesMax, capabilities.topicAliasMaximum)
    this.#aliases = max > 0 ? new OutboundAliases(max) : undefined
  }

  /** Writes a message of the outbox; the expiry that goes along is what is left of it. */
  writeStored(outbox: Outbox, slot: number, id: number, dup: boolean, now: number): number {
    let properties = outbox.propertiesOf(slot)
    if (properties?.messageExpiryInterval !== undefined) {
      const waitedS = Math.floor((now - outbox.queuedAtMs(slot)) / 1000)
      // A message that was sent once must not expire any more [MQTT5-4.3.3-7].
      const leftS = Math.max(1, properties.messageExpiryInterval - waitedS)
      properties = { ...properties, messageExpiryInterval: leftS }
    }
    return this.write(
      outbox.topicOf(slot),
      outbox.payloadOf(slot),
      outbox.qosOf(slot),
      outbox.isRetained(slot),
      dup,
      id,
      properties,
    )
  }

  /** Puts a PUBLISH into the transmit buffer; the reason code if the server forbids it, else 0. */
  write(
    topic: string,
    payload: Uint8Array | string,
    qos: QoS,
    retain: boolean,
    dup: boolean,
    id: number,
    properties: Properties | undefined,
  ): number {
    const { capabilities } = this
    const version = capabilities.protocolVersion
    if (qos > capabilities.qosMax) return 0x9b
    if (retain && !capabilities.retainAvailable) return 0x9a
    if (this.#aliases === undefined && (properties === undefined || version < 5)) {
      return this.#writePlain(topic, payload, qos, retain, dup, id)
    }
    let own = properties
    let name = topic
    const isAliased = this.#aliases !== undefined || own?.topicAlias !== undefined
    if (isAliased && this.#fits(topic, payload, qos, own)) {
      // A resent message carries its topic: the alias may be of another connection.
      const alias = dup ? 0 : this.#aliasOf(topic, own)
      if (alias > 0) name = ''
      own = { ...own }
      delete own.topicAlias
      if (alias !== 0) own.topicAlias = Math.abs(alias)
    }
    const bytes = this.#bytesOf(name, payload, qos, own)
    if (bytes > capabilities.packetBytesMax) return 0x95
    const transmit = this.#transmit
    transmit.reserve(bytes)
    transmit.end = writePublishParts(
      transmit.buffer,
      transmit.end,
      name,
      payload,
      qos,
      retain,
      dup,
      id,
      own,
      version,
    )
    return 0
  }

  #writePlain(
    topic: string,
    payload: Uint8Array | string,
    qos: QoS,
    retain: boolean,
    dup: boolean,
    id: number,
  ): number {
    const { packetBytesMax, protocolVersion } = this.capabilities
    const length = typeof payload === 'string' ? textBytes(payload) : payload.length
    const first = 0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0)
    const bytes = preparePublish(topic, length, first, protocolVersion)
    if (bytes > packetBytesMax) return 0x95
    const transmit = this.#transmit
    transmit.reserve(bytes)
    transmit.end = writePreparedPublish(transmit.buffer, transmit.end, payload, id)
    return 0
  }

  /** Positive: the server knows the topic by it; negative: it learns it now; 0: none. */
  #aliasOf(topic: string, properties: Properties | undefined): number {
    const chosen = properties?.topicAlias
    if (chosen === undefined) return this.#aliases?.take(topic) ?? 0
    if (this.#aliases !== undefined || chosen > this.capabilities.topicAliasMaximum) return 0
    this.#chosen ??= new Map()
    if (this.#chosen.get(chosen) === topic) return chosen
    this.#chosen.set(chosen, topic)
    return -chosen
  }

  /** Whether it may go with topic and alias: an alias must not be told by a refused packet. */
  #fits(
    topic: string,
    payload: Uint8Array | string,
    qos: QoS,
    properties: Properties | undefined,
  ): boolean {
    const bytes = this.#bytesOf(topic, payload, qos, { ...properties, topicAlias: 1 })
    return bytes <= this.capabilities.packetBytesMax
  }

  #bytesOf(
    topic: string,
    payload: Uint8Array | string,
    qos: QoS,
    properties: Properties | undefined,
  ): number {
    return publishBytes(
      textBytes(topic),
      typeof payload === 'string' ? textBytes(payload) : payload.length,
      qos,
      propertiesBytes(properties),
      this.capabilities.protocolVersion,
    )
  }
}
