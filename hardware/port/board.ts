// How boards are reset over the modem control lines, as sequences by name. A step sets lines
// together, in one call of the driver, and holds them: circuits with two transistors read the pair.
// Pure: who drives the lines is line-control.ts. Sources: esptool's reset strategies, avrdude's
// arduino programmer, the 1200 baud touch of Arduino's native USB boards, stm32flash's -i example.
// Units: milliseconds.

/**
 * - `none`: no circuit; nothing resets it
 * - `arduino`: DTR through a capacitor to RESET (Uno, Nano, Mega)
 * - `leonardo`: native USB; opening at 1200 baud starts the boot loader
 * - `esp-classic`: two transistors, RTS to EN and DTR to IO0 (ESP8266, ESP32 with a converter)
 * - `esp-usb-jtag`: the USB-Serial-JTAG of ESP32-S3, C3 and later
 * - `stm32`: DTR to NRST, RTS to BOOT0
 */
export const BOARDS = [
  'none',
  'arduino',
  'leonardo',
  'esp-classic',
  'esp-usb-jtag',
  'stm32',
] as const
export type Board = (typeof BOARDS)[number]

/** What a reset leads to: the program, or the boot loader that takes a new one. */
export type ResetTarget = 'run' | 'boot'

export interface ModemLines {
  readonly dtr: boolean
  readonly rts: boolean
}

/** Sets the lines, or the speed for a moment, and waits. */
export type ResetStep = (ModemLines | { readonly touchBaud: number }) & { readonly holdMs: number }

function lines(dtr: 0 | 1, rts: 0 | 1, holdMs: number): ResetStep {
  return { dtr: dtr === 1, rts: rts === 1, holdMs }
}

const ARDUINO = [lines(0, 0, 250), lines(1, 1, 50)]
const TOUCH: readonly ResetStep[] = [{ touchBaud: 1_200, holdMs: 250 }]

const SEQUENCES: Readonly<Record<Board, Readonly<Record<ResetTarget, readonly ResetStep[]>>>> = {
  none: { run: [], boot: [] },
  // The boot loader of these runs after each reset and leaves by itself.
  arduino: { run: ARDUINO, boot: ARDUINO },
  leonardo: { run: TOUCH, boot: TOUCH },
  'esp-classic': {
    run: [lines(0, 1, 100), lines(0, 0, 50)],
    boot: [lines(0, 1, 100), lines(1, 0, 50), lines(0, 0, 50)],
  },
  // From (1,0) through (1,1) to (0,1): both lines off would let the chip go before IO0 is read.
  'esp-usb-jtag': {
    run: [lines(0, 1, 200), lines(0, 0, 200)],
    boot: [lines(0, 0, 100), lines(1, 0, 100), lines(1, 1, 0), lines(0, 1, 100), lines(0, 0, 50)],
  },
  stm32: {
    run: [lines(0, 0, 100), lines(1, 0, 100)],
    boot: [lines(0, 1, 100), lines(1, 1, 100)],
  },
}

/** The steps of a reset; none for a board that cannot be reset over its lines. */
export function resetSequence(board: Board, target: ResetTarget): readonly ResetStep[] {
  return SEQUENCES[board][target]
}
