// The topic ids of an MQTT-SN client: those that REGISTER gives, those known beforehand, and the
// topics of two characters that are their own id (MQTT-SN 1.2, 5.3.4, 6.5). O(1).
// Bound: TOPICS_MAX ids given.

import { ID_NORMAL, ID_PREDEFINED, ID_SHORT } from '../framing/index.ts'

export interface TopicId {
  readonly idType: number
  readonly topicId: number
}

const TOPICS_MAX = 256

export class SnTopics {
  readonly #predefined: ReadonlyMap<number, string>
  readonly #predefinedIds: ReadonlyMap<string, number>
  readonly #names = new Map<number, string>()
  readonly #ids = new Map<string, number>()

  constructor(predefined: ReadonlyMap<number, string>) {
    this.#predefined = predefined
    this.#predefinedIds = new Map([...predefined].map(([id, topic]) => [topic, id]))
  }

  /** A new session knows no ids that were given. */
  clear(): void {
    this.#names.clear()
    this.#ids.clear()
  }

  /** The id of a topic; a new one if it has none. Undefined: there is no room for more. */
  register(topic: string): number | undefined {
    const known = this.#ids.get(topic)
    if (known !== undefined) return known
    if (this.#ids.size >= TOPICS_MAX) return undefined
    const id = this.#ids.size + 1
    this.#ids.set(topic, id)
    this.#names.set(id, topic)
    return id
  }

  nameOf({ idType, topicId }: TopicId): string | undefined {
    if (idType === ID_NORMAL) return this.#names.get(topicId)
    if (idType === ID_PREDEFINED) return this.#predefined.get(topicId)
    if (idType !== ID_SHORT) return undefined
    return String.fromCharCode(topicId >> 8, topicId & 0xff)
  }

  /** How a topic is named to the client without registering it; undefined: it has to be. */
  idOf(topic: string): TopicId | undefined {
    const predefined = this.#predefinedIds.get(topic)
    if (predefined !== undefined) return { idType: ID_PREDEFINED, topicId: predefined }
    if (/^[\u0021-\u007e]{2}$/.test(topic)) {
      const topicId = (topic.charCodeAt(0) << 8) | topic.charCodeAt(1)
      return { idType: ID_SHORT, topicId }
    }
    const given = this.#ids.get(topic)
    return given === undefined ? undefined : { idType: ID_NORMAL, topicId: given }
  }
}
