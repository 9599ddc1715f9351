// A distant serial port over RFC 2217 as a byte channel: open once the server has taken speed and
// frame, then bytes as on any port, and a LineControl for the rest. Servers answer in order, so an
// answer belongs to the oldest question of its kind.
// Units: milliseconds.

import { setTimeout as delay } from 'node:timers/promises'
import { LinkError, sharedClock, Task, TcpChannel } from '@motewire/sdk'
import type { ByteChannel, Clock } from '@motewire/sdk'
import { describeAddress } from '../bridge/address.ts'
import type { Address } from '../bridge/address.ts'
import { resetSequence } from '../port/board.ts'
import type { Board, ResetTarget } from '../port/board.ts'
import type { DrivenLines, FrameChange, LineControl, ModemStatus } from '../port/line-control.ts'
import { PortError } from '../port/port-error.ts'
import { resolveSettings } from '../port/settings.ts'
import type { ResolvedSettings, SerialSettings } from '../port/settings.ts'
import {
  ANSWER,
  BINARY,
  COM_PORT,
  COMMAND,
  CONTROL,
  decodeModemState,
  encodeComPort,
  encodeFrame,
  SUPPRESS_GO_AHEAD,
} from './com-port.ts'
import { TelnetChannel } from './telnet-channel.ts'

/** How long the server may take to answer. */
const ANSWER_MS_MAX = 5_000

interface Question {
  readonly command: number
  resolve(values: Uint8Array): void
  reject(error: LinkError): void
}

export class Rfc2217Channel extends TelnetChannel implements LineControl {
  readonly #clock: Clock
  readonly #questions: Question[] = []
  readonly #task = new Task(() => this.#handleSilence())
  #settings: ResolvedSettings
  #lines: DrivenLines
  #status: ModemStatus = { cts: false, dsr: false, dcd: false }
  #isAgreed = false
  readonly #text: string

  /**
   * @param below the connection to the server; made of `address` unless given.
   * @throws UsageError when a setting can never work.
   */
  constructor(
    address: Address,
    settings: SerialSettings = {},
    clock: Clock = sharedClock(),
    below: ByteChannel = new TcpChannel(address),
  ) {
    super(below)
    this.#clock = clock
    this.#settings = resolveSettings(settings)
    const isOn = this.#settings.lines !== 'release'
    this.#lines = { dtr: isOn, rts: isOn, brk: false }
    this.#text = `rfc2217 ${describeAddress(address)}`
  }

  override get name(): string {
    return this.#text
  }

  get settings(): ResolvedSettings {
    return this.#settings
  }

  get lines(): DrivenLines {
    return this.#lines
  }

  /** The line, as long as the channel is open. */
  get control(): LineControl | undefined {
    return this.#isAgreed ? this : undefined
  }

  async setLines(change: Partial<DrivenLines>): Promise<void> {
    const codes: number[] = []
    // Both of a pair leave in one write, and a server that batches makes them one step.
    if (change.brk !== undefined) codes.push(change.brk ? CONTROL.breakOn : CONTROL.breakOff)
    if (change.dtr !== undefined) codes.push(change.dtr ? CONTROL.dtrOn : CONTROL.dtrOff)
    if (change.rts !== undefined) codes.push(change.rts ? CONTROL.rtsOn : CONTROL.rtsOff)
    this.#lines = { ...this.#lines, ...change }
    if (codes.length === 0) return
    this.sendControl(Buffer.concat(codes.map((code) => encodeComPort(COMMAND.control, code))))
    await Promise.all(codes.map(() => this.#answerTo(COMMAND.control)))
  }

  readStatus(): Promise<ModemStatus> {
    return Promise.resolve(this.#status)
  }

  async configure(change: FrameChange): Promise<void> {
    await this.#agreeOn(resolveSettings({ ...this.#settings, ...change }))
  }

  async purge(): Promise<void> {
    this.sendControl(encodeComPort(COMMAND.purge, 3))
    await this.#answerTo(COMMAND.purge)
  }

  async reset(board: Board, target: ResetTarget = 'run'): Promise<void> {
    const { baud } = this.#settings
    for (const step of resetSequence(board, target)) {
      if ('touchBaud' in step) await this.configure({ baud: step.touchBaud })
      await this.setLines('touchBaud' in step ? { dtr: false } : { dtr: step.dtr, rts: step.rts })
      await delay(step.holdMs)
      if ('touchBaud' in step) await this.configure({ baud })
    }
  }

  override handleBreak(): void {}

  protected override handleBelowOpen(): void {
    this.offer('will', COM_PORT)
    this.offer('will', BINARY)
    this.offer('do', BINARY)
    this.offer('do', SUPPRESS_GO_AHEAD)
    this.#clock.schedule(this.#clock.now() + ANSWER_MS_MAX, this.#task)
  }

  protected override handleBelowClose(): void {
    this.#isAgreed = false
    this.#clock.cancel(this.#task)
    const error = new LinkError('ERR_LINK_LOST', `${this.name} ended before it answered`)
    for (const question of this.#questions.splice(0)) question.reject(error)
  }

  protected override handleComPort(isSpoken: boolean): void {
    if (this.#isAgreed) return
    if (!isSpoken) this.fail(this.#invalid('does not speak RFC 2217'))
    else {
      this.#isAgreed = true
      this.#introduce().catch((error: LinkError) => this.fail(error))
    }
  }

  protected override handleCommand(command: number, values: Uint8Array): void {
    if (command === COMMAND.notifyModem + ANSWER) this.#status = decodeModemState(values[0] ?? 0)
    if (command === COMMAND.suspend + ANSWER) this.suspend(true)
    if (command === COMMAND.resume + ANSWER) this.suspend(false)
    const at = this.#questions.findIndex((question) => question.command + ANSWER === command)
    if (at >= 0) this.#questions.splice(at, 1)[0]?.resolve(values)
    if (this.#questions.length === 0) this.#clock.cancel(this.#task)
  }

  /** Sets the line and the lines, as settings ask. */
  async #introduce(): Promise<void> {
    const { lines, board, resetAtOpen } = this.#settings
    await this.#agreeOn(this.#settings)
    if (lines !== 'keep') {
      const isOn = lines === 'assert'
      await this.setLines({ dtr: isOn, rts: isOn || this.#settings.rtscts })
    }
    if (resetAtOpen) await this.reset(board)
    this.begin()
  }

  /** All questions leave before the first answer comes: one round trip. */
  async #agreeOn(wanted: ResolvedSettings): Promise<void> {
    const commands = [COMMAND.baud, COMMAND.dataBits, COMMAND.parity, COMMAND.stopBits]
    const flow = wanted.rtscts ? CONTROL.flowHardware : CONTROL.flowNone
    const questions = commands.map((command) => {
      return encodeComPort(command, ...encodeFrame(command, wanted))
    })
    this.sendControl(Buffer.concat([...questions, encodeComPort(COMMAND.control, flow)]))
    const answers = await Promise.all([
      ...commands.map((command) => this.#answerTo(command)),
      this.#answerTo(COMMAND.control),
    ])
    for (const [index, command] of commands.entries()) {
      const asked = encodeFrame(command, wanted)
      const got = answers[index] ?? new Uint8Array()
      if (asked.join() !== got.join()) throw this.#refused(NAMES[index]!, asked, got)
    }
    this.#settings = wanted
  }

  #answerTo(command: number): Promise<Uint8Array> {
    this.#clock.schedule(this.#clock.now() + ANSWER_MS_MAX, this.#task)
    return new Promise((resolve, reject) => this.#questions.push({ command, resolve, reject }))
  }

  #handleSilence(): void {
    const message = `${this.name} did not answer within ${ANSWER_MS_MAX} ms`
    this.fail(new LinkError('ERR_LINK_TIMEOUT', message))
  }

  #refused(name: string, asked: readonly number[], got: Uint8Array): PortError {
    const number = (bytes: readonly number[]): number => bytes.reduce((sum, one) => sum * 256 + one)
    const is = got.length === 0 ? 'nothing' : number([...got])
    return this.#invalid(`does not take ${name} ${number(asked)}: it answers ${is}`)
  }

  #invalid(what: string): PortError {
    return new PortError('ERR_PORT_INVALID', `${this.name} ${what}`)
  }
}

const NAMES = ['baud', 'data bits', 'parity code', 'stop bits'] as const
