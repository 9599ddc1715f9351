// The C client on four chips with a Cortex-M, emulated by qemu: each on a serial port of its own,
// through the bridge, to a real Mosquitto.

import { EventEmitter, once } from 'node:events'
import { connectAsync } from '@motewire/sdk'
import type { Client } from '@motewire/sdk'
import { MqttBridge, serialSource, tcpSource } from '@motewire/hardware'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireComponent } from '../support/component.ts'
import { Mosquitto } from '../support/mosquitto.ts'
import { QEMU_CHIPS, QemuBoard } from '../support/qemu-board.ts'

const WAIT_MS = 30_000
const isPossible = requireComponent('mosquitto') && requireComponent('qemu-system-arm')

// Without one of the programs requireComponent has said so.
describe.runIf(isPossible)('a board that qemu emulates, on the bridge', () => {
  let broker: Mosquitto
  let watcher: Client
  const seen: string[] = []
  const events = new EventEmitter()
  events.setMaxListeners(QEMU_CHIPS.length + 1)

  beforeAll(async () => {
    broker = await Mosquitto.start()
    watcher = await connectAsync(broker.url)
    watcher.on('message', (topic, payload) => {
      seen.push(`${topic} ${payload.toString('latin1')}`)
      events.emit('seen')
    })
    await watcher.subscribe('#')
  })

  afterAll(async () => {
    await watcher.end()
    await broker.remove()
  })

  async function until(text: string, count = 1): Promise<void> {
    const signal = AbortSignal.timeout(WAIT_MS)
    const isThere = (): boolean => seen.filter((line) => line.startsWith(text)).length >= count
    while (!isThere()) await once(events, 'seen', { signal })
  }

  describe.concurrent.each(QEMU_CHIPS)('with the %s', (chip) => {
    it('publishes, echoes, comes back from resets, and is missed when it has gone', async () => {
      const id = chip.slice(0, 15)
      const board = await QemuBoard.make(chip, id)
      const states = new EventEmitter()
      const bridge = new MqttBridge({
        port: serialSource(board.path),
        broker: tcpSource({ host: '127.0.0.1', port: broker.port }),
        handleNotice: () => states.emit('notice'),
      })
      try {
        await bridge.start()
        const signal = AbortSignal.timeout(WAIT_MS)
        while (!['probing', 'up'].includes(bridge.snapshot().port.state))
          await once(states, 'notice', { signal })
        board.start()
        // The cause of the reset at the beginning is power, that of a hang the watchdog.
        await until(`boot/${id} 01`)
        await until(`up/${id} 0000`, 2)
        const sent = Array.from({ length: 10 }, (_, index) => `${index}`.padEnd(40, '.'))
        for (const payload of sent) watcher.publish(`down/${id}`, payload)
        await until(`echo/${id} 9`)
        expect(seen.filter((line) => line.startsWith(`echo/${id}`))).toEqual(
          sent.map((payload) => `echo/${id} ${payload}`),
        )
        watcher.publish(`down/${id}`, 'hang')
        await until(`boot/${id} 08`)
        await until(`will/${id} gone`)
        board.reset()
        await until(`boot/${id} 01`, 2)
        await until(`will/${id} gone`, 2)
        await board.remove()
        await until(`will/${id} gone`, 3)
      } finally {
        await board.remove()
        await bridge.stop()
      }
    })
  })
})
