// The bridge at the UART of each emulated chip of a fleet is that of real boards. The simulator,
// which knows neither bridges nor serial ports, imports this file by its URL, in worker processes
// too.

import { MqttBridge, serialSource } from '@motewire/hardware'
import type { UartBridgeModule } from '@motewire/simulator/firmware'

/** For `Modules.load` and runs. */
export const UART_BRIDGE: string = import.meta.url

export const makeUartBridge: UartBridgeModule['makeUartBridge'] = (options) => {
  return new MqttBridge(options)
}

export const serialPort: UartBridgeModule['serialPort'] = (path) => serialSource(path)
