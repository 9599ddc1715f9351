// Emulated microcontrollers that run real firmware. The only folder that knows avr8js and
// rp2040js.
export type { Chip, Flash, ResetCause } from './chip.ts'
export { firmwareModels } from './firmware-model.ts'
export type { FirmwareModelOptions } from './firmware-model.ts'
export { flashOf } from './image.ts'
export { FIRMWARE_ERROR_CODES } from './intel-hex.ts'
export { Microcontroller } from './microcontroller.ts'
export type { MicrocontrollerOptions } from './microcontroller.ts'
export { UartChannel } from './uart-channel.ts'
