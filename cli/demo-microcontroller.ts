// The one real device of the demo: an emulated microcontroller that runs firmware from the C
// library, at the far end of a serial bridge. Nothing but the UART differs from a board on a cable.

import { readFileSync } from 'node:fs'
import { firmwarePath, MqttBridge, tcpSource } from '@motewire/hardware'
import { sharedClock } from '@motewire/sdk'
import { flashOf, Microcontroller } from '@motewire/simulator/firmware'

/** Its name in the EEPROM, and so in its topics: `sensors/avr-demo/adc`. */
const ID = 'avr-demo'
/** What its analog input sees: a wave around half of the supply. */
const WAVE = { meanVolts: 2.5, swingVolts: 1.5, periodMs: 60_000 }

export interface DemoMicrocontroller {
  readonly id: string
  readonly bridge: MqttBridge
  stop(): Promise<void>
}

export function startMicrocontroller(brokerUrl: string): DemoMicrocontroller {
  const { hostname, port } = new URL(brokerUrl)
  const device = new Microcontroller({
    flash: flashOf(readFileSync(firmwarePath('sensor-raw'), 'utf8')),
    clock: sharedClock(),
    name: ID,
    eeprom: Buffer.from(`${ID}\0`),
    readAnalog: (_channel, nowMs) => {
      return WAVE.meanVolts + WAVE.swingVolts * Math.sin((2 * Math.PI * nowMs) / WAVE.periodMs)
    },
  })
  const bridge = new MqttBridge({
    port: { name: device.uart.name, detail: '115200 8N1', connect: () => device.uart },
    broker: tcpSource({ host: hostname, port: Number(port) }),
  })
  void bridge.start()
  device.start()
  return {
    id: ID,
    bridge,
    stop: () => {
      device.stop()
      return bridge.stop()
    },
  }
}
