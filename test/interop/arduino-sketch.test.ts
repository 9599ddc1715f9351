// An Arduino sketch with nothing changed for us: compiled with Arduino's own core, run on the
// emulated chip with its timers and UART, through the bridge, to a real Mosquitto.

import { EventEmitter, once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync, sharedClock } from '@motewire/sdk'
import { MqttBridge, tcpSource } from '@motewire/hardware'
import { flashOf, Microcontroller } from '@motewire/simulator/firmware'
import { describe, expect, it } from 'vitest'
import { buildSketch } from '../../scripts/firmware.mjs'
import { requireComponent } from '../support/component.ts'
import { uartSource } from '../support/firmware.ts'
import { Mosquitto } from '../support/mosquitto.ts'

const hasAll = ['gcc-avr', 'arduino-core-avr', 'mosquitto'].every((name) =>
  requireComponent(name as 'gcc-avr'),
)
const WAIT_MS = 30_000

// Without one of the programs requireComponent has said so.
describe.runIf(hasAll)('the Native example', () => {
  it('publishes what analogRead says, as often as millis tells it to', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'motewire-sketch-'))
    const broker = await Mosquitto.start()
    try {
      const hex = join(folder, 'native.hex')
      buildSketch('Native', hex)
      const watcher = await connectAsync(broker.url)
      const events = new EventEmitter()
      const seen: string[] = []
      watcher.on('message', (topic, payload) => {
        seen.push(`${topic} ${payload.toString()}`)
        events.emit('seen')
      })
      await watcher.subscribe('pump/#')
      const device = new Microcontroller({
        flash: flashOf(readFileSync(hex, 'utf8')),
        clock: sharedClock(),
        name: 'uno',
        readAnalog: () => 3.75,
      })
      const source = tcpSource({ host: '127.0.0.1', port: broker.port })
      const bridge = new MqttBridge({ port: uartSource(device), broker: source })
      await bridge.start()
      device.start()
      const startedCycles = device.chip.cycles
      const signal = AbortSignal.timeout(WAIT_MS)
      while (seen.length < 4) await once(events, 'seen', { signal })
      const chipSeconds = (device.chip.cycles - startedCycles) / 16e6
      device.stop()
      await bridge.stop()
      await watcher.end()
      expect(seen[0]).toBe('pump/7/state online')
      expect(seen.slice(1, 4)).toEqual(['pump/7/bar 768', 'pump/7/bar 768', 'pump/7/bar 768'])
      // Three readings a second apart, by the chip's own timer.
      expect(chipSeconds).toBeGreaterThan(2)
      expect(chipSeconds).toBeLessThan(5)
    } finally {
      await broker.remove()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
