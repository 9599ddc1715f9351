// Emulated microcontrollers that run real firmware. The only folder that knows avr8js.
export { EEPROM_BYTES, FLASH_BYTES, flashOf } from './avr-chip.ts'
export type { AvrChip, Flash, ResetCause } from './avr-chip.ts'
export { FIRMWARE_ERROR_CODES, parseIntelHex } from './intel-hex.ts'
export { Microcontroller } from './microcontroller.ts'
export type { MicrocontrollerOptions } from './microcontroller.ts'
export { UartChannel } from './uart-channel.ts'
