// The server's side of RFC 2217 on one connection: a client sets speed, frame and modem lines of
// our port from afar. Line changes that come in one chunk are one step on the line, and when the
// board is an ESP, the pulse that starts its boot loader is made here, because it would not
// survive the network. It knows neither sockets nor the port's bytes.
// Units: milliseconds.

import { sharedClock, Task } from '@motewire/sdk'
import type { ByteChannel, Clock } from '@motewire/sdk'
import type { Board } from '../port/board.ts'
import type { DrivenLines, LineControl, ModemStatus } from '../port/line-control.ts'
import { resolveSettings } from '../port/settings.ts'
import {
  ANSWER,
  BINARY,
  COM_PORT,
  COMMAND,
  CONTROL,
  decodeFrame,
  encodeComPort,
  encodeFrame,
  encodeModemState,
  SUPPRESS_GO_AHEAD,
} from './com-port.ts'
import { TelnetChannel } from './telnet-channel.ts'

const SIGNATURE = new TextEncoder().encode('motewire')
/** How often the modem lines are looked at for a client that wants to know. */
const STATUS_EVERY_MS = 200
const BREAK_MS = 250

export interface Rfc2217Options {
  /** The line of the port that is open now. */
  readonly control: () => LineControl | undefined
  /** Default `none`: the client's pulses are made as they come. */
  readonly board?: Board
  readonly clock?: Clock
}

export class Rfc2217ServerChannel extends TelnetChannel {
  readonly #options: Rfc2217Options
  readonly #clock: Clock
  readonly #statusTask = new Task(() => void this.#reportStatus())
  #changes: Partial<DrivenLines> = {}
  /** Answers to line changes, due when the step has been made. */
  #answers: number[] = []
  #isBooting = false
  #modemMask = 255
  #status: ModemStatus | undefined
  #isEnded = false

  constructor(below: ByteChannel, options: Rfc2217Options) {
    super(below)
    this.#options = options
    this.#clock = options.clock ?? sharedClock()
  }

  override handleBreak(): void {
    const control = this.#options.control()
    void control?.setLines({ brk: true })
    const end = new Task(() => void control?.setLines({ brk: false }))
    this.#clock.schedule(this.#clock.now() + BREAK_MS, end)
  }

  protected override handleBelowOpen(): void {
    this.offer('will', BINARY)
    this.offer('do', BINARY)
    this.offer('will', SUPPRESS_GO_AHEAD)
    this.offer('do', COM_PORT)
    this.begin()
  }

  protected override handleBelowClose(): void {
    this.#isEnded = true
    this.#clock.cancel(this.#statusTask)
  }

  protected override handleComPort(isSpoken: boolean): void {
    if (isSpoken && this.#status === undefined) void this.#reportStatus()
  }

  protected override handleCommand(command: number, values: Uint8Array): void {
    switch (command) {
      case COMMAND.signature:
        if (values.length === 0) this.#answer(command, ...SIGNATURE)
        break
      case COMMAND.baud:
      case COMMAND.dataBits:
      case COMMAND.parity:
      case COMMAND.stopBits:
        void this.#setFrame(command, values)
        break
      case COMMAND.control:
        this.#handleControl(values[0] ?? 0)
        break
      case COMMAND.suspend:
      case COMMAND.resume:
        this.suspend(command === COMMAND.suspend)
        break
      case COMMAND.lineMask:
        this.#answer(command, values[0] ?? 0)
        break
      case COMMAND.modemMask:
        this.#modemMask = values[0] ?? 0
        this.#answer(command, this.#modemMask)
        break
      case COMMAND.purge:
        void this.#purge(values[0] ?? 0)
        break
      default:
    }
  }

  protected override handleChunkEnd(): void {
    if (this.#answers.length > 0) void this.#drive()
  }

  async #setFrame(command: number, values: Uint8Array): Promise<void> {
    const control = this.#options.control()
    const change = decodeFrame(command, values)
    // The answer says what is, so a refusal shows by itself.
    if (change !== undefined) await control?.configure(change).catch(() => undefined)
    this.#answer(command, ...encodeFrame(command, control?.settings ?? resolveSettings()))
  }

  async #purge(which: number): Promise<void> {
    await this.#options.control()?.purge()
    this.#answer(COMMAND.purge, which)
  }

  #handleControl(value: number): void {
    const lines = { ...this.#options.control()?.lines, ...this.#changes }
    const flow = this.#options.control()?.settings.rtscts === true
    const change = LINE_CHANGES.get(value)
    if (change !== undefined) {
      this.#changes = { ...this.#changes, ...change }
      this.#answers.push(value)
    } else if (value === CONTROL.askBreak) {
      this.#answerControl(lines.brk === true ? CONTROL.breakOn : CONTROL.breakOff)
    } else if (value === CONTROL.askDtr) {
      this.#answerControl(lines.dtr === true ? CONTROL.dtrOn : CONTROL.dtrOff)
    } else if (value === CONTROL.askRts) {
      this.#answerControl(lines.rts === true ? CONTROL.rtsOn : CONTROL.rtsOff)
    } else if (value >= CONTROL.askInboundFlow) {
      this.#answerControl(flow ? CONTROL.inboundFlowHardware : CONTROL.inboundFlowNone)
    } else void this.#setFlow(value)
  }

  async #setFlow(value: number): Promise<void> {
    const control = this.#options.control()
    if (value === CONTROL.flowNone || value === CONTROL.flowHardware) {
      const rtscts = value === CONTROL.flowHardware
      await control?.configure({ rtscts }).catch(() => undefined)
    }
    const isOn = control?.settings.rtscts === true
    this.#answerControl(isOn ? CONTROL.flowHardware : CONTROL.flowNone)
  }

  /** Makes all changes of a chunk in one step. */
  async #drive(): Promise<void> {
    const control = this.#options.control()
    const changes = this.#changes
    const answers = this.#answers
    this.#changes = {}
    this.#answers = []
    if (control !== undefined) await this.#driveLines(control, changes)
    for (const value of answers) this.#answerControl(value)
  }

  async #driveLines(control: LineControl, change: Partial<DrivenLines>): Promise<void> {
    const { board = 'none' } = this.#options
    const { dtr, rts } = control.lines
    if (this.#isBooting) {
      // The sequence has done what the rest of the client's pulse is about.
      const isRest = change.dtr !== true && change.rts !== true
      if (change.dtr === false) this.#isBooting = false
      if (isRest && change.brk === undefined) return
    }
    // Held in reset, and now asked for the boot strap: the moment where milliseconds count.
    if (board === 'esp-classic' && rts && !dtr && change.dtr === true) {
      this.#isBooting = true
      await control.reset(board, 'boot')
    } else await control.setLines(change)
  }

  async #reportStatus(): Promise<void> {
    const status = await this.#options.control()?.readStatus()
    if (this.#isEnded) return
    if (status !== undefined && this.#modemMask !== 0) {
      const octet = encodeModemState(status, this.#status)
      const isNews = this.#status === undefined || (octet & this.#modemMask & 0x0f) !== 0
      if (isNews) this.#answer(COMMAND.notifyModem, octet & this.#modemMask)
      this.#status = status
    }
    this.#clock.schedule(this.#clock.now() + STATUS_EVERY_MS, this.#statusTask)
  }

  #answerControl(value: number): void {
    this.#answer(COMMAND.control, value)
  }

  #answer(command: number, ...values: readonly number[]): void {
    if (!this.#isEnded) this.sendControl(encodeComPort(command + ANSWER, ...values))
  }
}

const LINE_CHANGES: ReadonlyMap<number, Partial<DrivenLines>> = new Map([
  [CONTROL.breakOn, { brk: true }],
  [CONTROL.breakOff, { brk: false }],
  [CONTROL.dtrOn, { dtr: true }],
  [CONTROL.dtrOff, { dtr: false }],
  [CONTROL.rtsOn, { rts: true }],
  [CONTROL.rtsOff, { rts: false }],
])
