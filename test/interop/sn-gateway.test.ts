// An MQTT-SN client on a pseudo-terminal, byte by byte, through the gateway to a real Mosquitto: it
// publishes, sleeps, is told what has waited, and leaves its will when the cable is pulled.

import { EventEmitter, once } from 'node:events'
import { connectAsync } from '@motewire/sdk'
import { Gateway, serialSource, snDevice } from '@motewire/hardware'
import { describe, expect, it } from 'vitest'
import { FarEnd, PtyPair } from '../contract/hardware/pty-pair.ts'
import { requireComponent } from '../support/component.ts'
import { Mosquitto } from '../support/mosquitto.ts'

const WAIT_MS = 20_000
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')

/** Asks until so many messages have come, and confirms each. */
async function wakeUp(client: FarEnd, start: number, count: number): Promise<string[]> {
  const heard: string[] = []
  let end = start
  const next = async (): Promise<Buffer> => {
    const at = end
    end += (await client.until(at + 1, WAIT_MS))[at]!
    return (await client.until(end, WAIT_MS)).subarray(at, end)
  }
  while (heard.length < count) {
    await client.write(bytes('\x04\x16m1'))
    for (let message = await next(); message[1] !== 0x17; message = await next()) {
      expect(message.subarray(1, 5).toString('hex')).toBe('0c200001')
      heard.push(message.subarray(7).toString())
      await client.write(Buffer.from([7, 0x0d, 0, 1, message[5]!, message[6]!, 0]))
    }
  }
  return heard
}

describe.runIf(requireComponent('mosquitto') && requireComponent('socat'))(
  'MQTT-SN on a UART',
  () => {
    it('reaches a broker, sleeping and awake', async () => {
      await using broker = await Mosquitto.start()
      const pair = await PtyPair.create()
      const seen: string[] = []
      const events = new EventEmitter()
      const watcher = await connectAsync(broker.url)
      watcher.on('message', (topic, payload) => {
        seen.push(`${topic} ${payload.toString()}`)
        events.emit('seen')
      })
      await watcher.subscribe('#', { qos: 1 })
      const until = async (text: string): Promise<void> => {
        const signal = AbortSignal.timeout(WAIT_MS)
        while (!seen.some((line) => line.startsWith(text))) {
          await once(events, 'seen', { signal }).catch(() => {
            throw new Error(`never saw '${text}' but ${seen.join(', ')}`)
          })
        }
      }
      const gateway = new Gateway({
        port: serialSource(pair.near),
        brokerUrl: broker.url,
        name: 'node',
        device: snDevice({ predefined: new Map([[1, 'meters/1']]) }),
      })
      await gateway.start()
      await until('node/presence {"state":"up","reason":"the port is open"}')
      const client = new FarEnd(pair.far)
      let told = 0
      const say = async (message: string, answer: string): Promise<void> => {
        await client.write(bytes(message))
        const all = await client.until((told += answer.length), WAIT_MS)
        expect(all.subarray(told - answer.length).toString('latin1')).toBe(answer)
      }
      await say('\x08\x04\x0c\x01\x00\x3cm1', '\x02\x06')
      await say('\x07\x07\x20last', '\x02\x08')
      await say('\x05\x09bye', '\x03\x05\x00')
      await say('\x0a\x0c\x21\x00\x01\x00\x014.2', '\x07\x0d\x00\x01\x00\x01\x00')
      await until('meters/1 4.2')
      await say('\x08\x12\x20\x00\x02cmd', '\x08\x13\x20\x00\x01\x00\x02\x00')
      await say('\x04\x18\x02\x58', '\x02\x18')
      await until('node/presence {"state":"asleep"')
      await watcher.publishAsync('cmd', 'one', { qos: 1 })
      await watcher.publishAsync('cmd', 'two', { qos: 1 })
      await until('cmd two')
      // The gateway may not have read the second one yet: then it comes at a later PINGREQ.
      expect(await wakeUp(client, told, 2)).toEqual(['one', 'two'])
      await pair.unplug()
      await until('last bye')
      await until('node/presence {"state":"unplugged"')
      expect(gateway.snapshot().counts).toMatchObject({ sessions: 1, messagesToDevice: 2 })
      await Promise.all([gateway.stop(), watcher.end(), client.close()])
      await pair.remove()
    })
  },
)
