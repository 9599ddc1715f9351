// Emulated microcontrollers that run real firmware. The only folder that knows avr8js and
// rp2040js.
export type { Board, MakeBoard } from './board.ts'
export type { Chip, Flash, ResetCause } from './chip.ts'
export { emulatedBoards } from './emulated-board.ts'
export type { EmulatedBoardOptions } from './emulated-board.ts'
export { FirmwareModel } from './firmware-model.ts'
export type { FirmwareModelOptions } from './firmware-model.ts'
export { flashOf } from './image.ts'
export { FIRMWARE_ERROR_CODES } from './intel-hex.ts'
export { Microcontroller } from './microcontroller.ts'
export type { MicrocontrollerOptions } from './microcontroller.ts'
export type {
  MakeUartBridge,
  UartBridge,
  UartBridgeEnd,
  UartBridgeModule,
  UartBridgeOptions,
} from './uart-bridge.ts'
export { checkProgram, programBoards } from './program-board.ts'
export { Supply } from './supply.ts'
export type { SupplyState } from './supply.ts'
export { UartChannel } from './uart-channel.ts'
export { UartLine } from './uart-line.ts'
export type { UartLineCounts } from './uart-line.ts'
