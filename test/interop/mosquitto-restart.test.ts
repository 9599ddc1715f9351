// Mosquitto with persistence is stopped (SIGTERM) and killed (SIGKILL) under load, again and again,
// while a subscriber for which it keeps a session counts. Stopped in good order it has written
// everything down, with one exception: a QoS 2 message whose PUBREL it has sent already may come
// again as a PUBLISH, against [MQTT311-4.3.3-1]; the wire shows when. Killed, it is back where it
// last saved: it forgets messages that it has confirmed and repeats others, which no client can
// heal; ours must settle every publish and go on.

import { afterEach, describe, expect, it } from 'vitest'
import { connect, PublishError } from '@motewire/sdk'
import { readPublish, Wire } from '../support/brokers/wire.ts'
import type { WirePacket } from '../support/brokers/wire.ts'
import { requireComponent } from '../support/component.ts'
import { durable, NumberedReceiver } from '../support/kill/numbered-receiver.ts'
import type { Count } from '../support/kill/numbered-receiver.ts'
import { Mosquitto } from '../support/mosquitto.ts'

const RESTARTS = 3
const MESSAGES_PER_RESTART = 300
const PUBLISHED = RESTARTS * MESSAGES_PER_RESTART

let mosquitto: Mosquitto

afterEach(() => mosquitto.remove())

interface Load {
  readonly qos: 1 | 2
  readonly protocolVersion: 4 | 5
  readonly how: 'stop' | 'kill'
}

interface LoadCount extends Count {
  /** How each publish ended: 0, or the reason code with which it was refused. */
  readonly reasonCodes: readonly number[]
  /** QoS 2 messages that Mosquitto published to the subscriber again after their PUBREL. */
  readonly unreleased: number
}

/** Publishes numbers while the broker goes down and comes back, and counts them. */
async function countOverRestarts({ qos, protocolVersion, how }: Load): Promise<LoadCount> {
  const wire = await Wire.open(mosquitto.port, 10_000)
  const url = `mqtt://127.0.0.1:${wire.port}`
  const receiver = await NumberedReceiver.open({ url, topic: 'load', qos, protocolVersion })
  const client = connect(mosquitto.url, {
    ...durable('publisher', protocolVersion),
    protocolVersion,
    reconnectPeriod: 20,
    reconnectPeriodMaxMs: 100,
  })
  const ended: Promise<number>[] = []
  for (let restart = 0; restart < RESTARTS; restart++) {
    const before = ended.length
    for (let i = 0; i < MESSAGES_PER_RESTART; i++) {
      const text = String(ended.length + 1)
      const delivered = client.publishAsync('load', text, { qos, deadlineMs: 30_000 })
      ended.push(delivered.then(() => 0, reasonCodeOf))
    }
    // A third has arrived, the rest is under way or waits.
    await ended[before + MESSAGES_PER_RESTART / 3]
    await mosquitto[how]()
    await mosquitto.restart()
  }
  const reasonCodes = await Promise.all(ended)
  await client.end()
  const count = await receiver.finish(PUBLISHED)
  wire.close()
  return { ...count, reasonCodes, unreleased: countUnreleased(wire.packets('toClient')) }
}

function countUnreleased(packets: readonly WirePacket[]): number {
  const released = new Set<number>()
  let unreleased = 0
  for (const packet of packets) {
    if (packet.type === 6) released.add(packet.bytes.readUInt16BE(2))
    if (packet.type !== 3) continue
    const { dup, packetId } = readPublish(packet)
    if (released.delete(packetId) && dup) unreleased++
  }
  return unreleased
}

/** What the server refused is an end like any other; all else fails the test. */
function reasonCodeOf(error: unknown): number {
  if (error instanceof PublishError && error.outcome === 'rejected') return error.reasonCode
  throw error
}

const LOADS = [
  { qos: 1, protocolVersion: 4 },
  { qos: 1, protocolVersion: 5 },
  { qos: 2, protocolVersion: 4 },
  { qos: 2, protocolVersion: 5 },
] as const

describe.runIf(requireComponent('mosquitto'))('a Mosquitto that goes down under load', () => {
  for (const load of LOADS) {
    const { qos } = load
    const version = load.protocolVersion === 5 ? '5.0' : '3.1.1'

    it(`stopped, loses nothing at QoS ${qos} [MQTT ${version}]`, async () => {
      mosquitto = await Mosquitto.start({ persistence: true })
      const { reasonCodes, ...count } = await countOverRestarts({ ...load, how: 'stop' })
      expect(reasonCodes.filter(Boolean)).toEqual([])
      expect(count).toMatchObject({ published: PUBLISHED, received: PUBLISHED, lost: 0 })
      // At QoS 1 messages may repeat, at QoS 2 only those that Mosquitto itself brings back.
      const repeatedMax = qos === 1 ? Infinity : count.unreleased
      expect(count.duplicated).toBeLessThanOrEqual(repeatedMax)
    })

    // Killed, Mosquitto 2.0.11 counts QoS 2 exchanges of 5.0 as open that are over: it refuses new
    // ones with 0x97, or answers none, and no end but a deadline's is sure.
    it.skipIf(qos === 2 && load.protocolVersion === 5)(
      `killed, leaves no publish at QoS ${qos} without an end [MQTT ${version}]`,
      async () => {
        const lines = ['autosave_on_changes true', 'autosave_interval 1']
        mosquitto = await Mosquitto.start({ persistence: true, lines })
        const { reasonCodes, lost } = await countOverRestarts({ ...load, how: 'kill' })
        expect(reasonCodes.filter(Boolean)).toEqual([])
        // It goes on: whatever Mosquitto forgot, most of the load has come.
        expect(lost).toBeLessThan(PUBLISHED / 2)
      },
    )
  }
})
