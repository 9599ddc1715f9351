// Faults of the SDK that runs against real brokers have shown, so that they do not come back.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectAsync } from '@motewire/sdk'
import { requireComponent } from '../support/component.ts'
import { Mosquitto } from '../support/mosquitto.ts'
import { PATIENCE_MS, Stage } from './brokers/stage.ts'

let mosquitto: Mosquitto
let stage: Stage

beforeEach(async () => {
  mosquitto = await Mosquitto.start()
  const { port } = mosquitto
  const restart = (): Promise<void> => mosquitto.restart()
  stage = new Stage({ port, version: 4, root: 'open', patienceMs: PATIENCE_MS, restart })
})

afterEach(async () => {
  await stage.close()
  await mosquitto.remove()
})

describe.runIf(requireComponent('mosquitto'))('the SDK on Mosquitto', () => {
  // What the broker has kept stands in one chunk with CONNACK, before the caller has the client.
  it('connectAsync loses nothing of what waited for the session', async () => {
    const away = await stage.join(stage.durable('away'))
    await away.subscribe('t', { qos: 1 })
    await away.client.end()
    const sender = await stage.join()
    for (const text of ['1', '2', '3']) await sender.publish('t', text, { qos: 1 })
    const client = await connectAsync(mosquitto.url, stage.durable('away'))
    const texts: string[] = []
    const marked = new Promise<void>((resolve) => {
      client.on('message', (_topic, payload) => {
        texts.push(payload.toString())
        if (texts.at(-1) === 'marker') resolve()
      })
    })
    await sender.publish('t', 'marker', { qos: 1 })
    await marked
    await client.end()
    expect(texts).toEqual(['1', '2', '3', 'marker'])
  })
})
