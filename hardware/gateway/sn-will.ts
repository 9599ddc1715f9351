// The will of an MQTT-SN client: its topic and its payload come in messages of their own, when it
// connects (6.3) and later (6.4). Kept here, and published when the client is lost.

import type { QoS } from '@motewire/sdk'
import { topicProblem } from '@motewire/sdk/codec'
import type { SnPacket } from '../framing/index.ts'
import type { DeviceMessage } from './device.ts'

const reader = new TextDecoder()

export class SnWill {
  #will: DeviceMessage | undefined

  /** WILLTOPIC or WILLTOPICUPD; an empty one takes the will away. False: it can be no topic. */
  takeTopic({ flags: { qos, retain }, rest }: SnPacket): boolean {
    const topic = reader.decode(rest)
    if (rest.length === 0) {
      this.#will = undefined
      return true
    }
    if (topicProblem(topic) !== undefined) return false
    const payload = this.#will?.payload ?? new Uint8Array(0)
    this.#will = { topic, qos: Math.max(0, qos) as QoS, retain, payload }
    return true
  }

  /** WILLMSG or WILLMSGUPD. False: there is no topic for it. */
  takePayload({ rest }: SnPacket): boolean {
    if (this.#will === undefined) return false
    this.#will = { ...this.#will, payload: new Uint8Array(rest) }
    return true
  }

  /** Hands the will out, for good. */
  take(): DeviceMessage | undefined {
    const will = this.#will
    this.#will = undefined
    return will
  }
}
