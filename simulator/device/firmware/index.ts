// Emulated microcontrollers that run real firmware. The only folder that knows avr8js.
export { flashOf } from './avr-chip.ts'
export type { AvrChip, Flash, ResetCause } from './avr-chip.ts'
export { firmwareModels } from './firmware-model.ts'
export type { FirmwareModelOptions } from './firmware-model.ts'
export { FIRMWARE_ERROR_CODES } from './intel-hex.ts'
export { Microcontroller } from './microcontroller.ts'
export type { MicrocontrollerOptions } from './microcontroller.ts'
export { UartChannel } from './uart-channel.ts'
