// The bridge at the UART of each emulated chip of a fleet is that of real boards. The simulator,
// which knows no bridges, imports this file by its URL, in worker processes too.

import { MqttBridge } from '@motewire/hardware'
import type { MakeUartBridge } from '@motewire/simulator/firmware'

/** For `Modules.load` and runs. */
export const UART_BRIDGE: string = import.meta.url

export const makeUartBridge: MakeUartBridge = (options) => new MqttBridge(options)
