// What joins a UART to a broker: the part of a bridge that devices with real firmware need. The
// simulator has none of its own; whoever runs a fleet hands in that of real boards, `MqttBridge` of
// @motewire/hardware fits as it stands.

import type { ByteChannel, Clock } from '@motewire/sdk'
import type { UartFraming } from '../../scenario/index.ts'

/** Where a connection comes from; a new channel a try. */
export interface UartBridgeEnd {
  readonly name: string
  connect(): ByteChannel
  /** Whether it is there at all. Default: only trying tells. */
  isPresent?(): boolean
}

export interface UartBridgeOptions {
  /** The UART. */
  readonly port: UartBridgeEnd
  /** Opened when the device says CONNECT, closed when its session is over for any reason. */
  readonly broker: UartBridgeEnd
  readonly framing: UartFraming
  readonly clock: Clock
  /** Of whatever it leaves to chance. */
  readonly seed: string
}

export interface UartBridge {
  start(): Promise<void>
  /** Ends for good. */
  stop(): Promise<void>
  snapshot(): {
    readonly mqtt: {
      readonly fromDevice: {
        /** Frames refused for their check sum, form or length. */
        readonly damagedFrames: number
        /** Sessions that ended in the middle of a packet or with something that is none. */
        readonly breaks: number
        /** CONNECT packets in the middle of a session. */
        readonly resets: number
      }
    }
  }
}

export type MakeUartBridge = (options: UartBridgeOptions) => UartBridge

/** What a module that is handed in as bridge exports. */
export interface UartBridgeModule {
  readonly makeUartBridge: MakeUartBridge
  /** A serial port of this machine, for boards that are emulated by a program. */
  readonly serialPort: (path: string) => UartBridgeEnd
}
