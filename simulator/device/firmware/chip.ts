// What a microcontroller on a clock needs of the chip in it: to be run, to sleep, to be reset, and
// its UART byte by byte. Time is the chip's own, in clocks of its crystal.

/** `power`, the reset pin, a supply too low, the watchdog. */
export type ResetCause = 'power' | 'pin' | 'brownOut' | 'watchdog'

export interface ChipHandler {
  /** The UART has begun to send a byte. */
  handleTransmit(byte: number): void
  /** The UART has received a byte and can take the next one. */
  handleReceived(): void
  /** Volts at an analog input. */
  readAnalog(channel: number): number
}

export interface ChipOptions {
  /** Clocks a second. */
  readonly frequencyHz: number
  /**
   * The memory that tells one board from another, `memoryBytes` of the flash. What the program
   * writes there stands here.
   */
  readonly memory: Uint8Array
  readonly handler: ChipHandler
}

export interface Chip {
  readonly cycles: number
  readonly isAsleep: boolean
  /** Asleep: when the next event comes, Infinity when none will. Awake: now. In cycles. */
  readonly nextEventCycles: number
  /** Whether the UART would take a byte now. */
  readonly canReceive: boolean
  /** Whether the program has switched the receiver on; without it, bytes are lost. */
  readonly isReceiving: boolean
  readonly resets: number
  /** Bytes that came while the one before had not been read. */
  readonly overruns: number
  /** A byte begins to arrive. */
  receive(byte: number): void
  /** Starts the program anew; the cycle counter goes on. */
  reset(cause: ResetCause): void
  /** Runs until the cycle counter has reached `untilCycles`. */
  run(untilCycles: number): void
  /** Skips time in which the chip is held in reset or without power. */
  skip(untilCycles: number): void
}

/** A program in a chip's flash, shared by all chips that run it. */
export interface Flash {
  readonly chip: 'atmega328p' | 'rp2040'
  /** The crystal of the usual board. */
  readonly frequencyHz: number
  /** Of the memory that tells one board from another. */
  readonly memoryBytes: number
  /** A chip with the program, just powered. */
  build(options: ChipOptions): Chip
}
