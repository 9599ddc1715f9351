// Everything about an open line but its bytes: modem control lines, break, speed and frame, and
// the reset sequences of boards. Calls are carried out one after the other, in the order in which
// they were made, so that two callers cannot tear a sequence apart. A line without modem lines (a
// pty answers ENOTTY) takes them as set. It does not know who asks.

import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import type { BindingPort } from './binding.ts'
import { resetSequence } from './board.ts'
import type { Board, ModemLines, ResetTarget } from './board.ts'
import { PortError } from './port-error.ts'
import { resolveSettings } from './settings.ts'
import type { ResolvedSettings, SerialSettings } from './settings.ts'

/** What the other side's lines say; all false where there are none. */
export interface ModemStatus {
  readonly cts: boolean
  readonly dsr: boolean
  readonly dcd: boolean
}

/** The lines that we drive. */
export interface DrivenLines extends ModemLines {
  /** Holds the line in break. */
  readonly brk: boolean
}

export type FrameChange = Partial<
  Pick<SerialSettings, 'baud' | 'dataBits' | 'parity' | 'stopBits' | 'rtscts'>
>

/** A line that can be driven: a local port, or a distant one over RFC 2217. */
export interface LineControl {
  readonly settings: ResolvedSettings
  /** As last set; the kernel turns DTR and RTS on when a port is opened. */
  readonly lines: DrivenLines
  setLines(change: Partial<DrivenLines>): Promise<void>
  readStatus(): Promise<ModemStatus>
  /** Changes speed and frame. Rejects with `ERR_PORT_INVALID` when the driver does not take it. */
  configure(change: FrameChange): Promise<void>
  /** Throws away what waits in the driver, both ways. */
  purge(): Promise<void>
  /** Resets the board; settles when the sequence is over. */
  reset(board: Board, target?: ResetTarget): Promise<void>
}

/** This very object is the answer of a line without modem lines. */
export const NO_MODEM_LINES: ModemStatus = { cts: false, dsr: false, dcd: false }

export class PortLineControl implements LineControl {
  readonly #name: string
  readonly #path: string
  readonly #port: BindingPort
  #settings: ResolvedSettings
  #lines: DrivenLines
  #pending: Promise<unknown> = Promise.resolve()

  constructor(path: string, port: BindingPort, settings: ResolvedSettings) {
    this.#name = `serial ${path}`
    this.#path = path
    this.#port = port
    this.#settings = settings
    const isOn = settings.lines !== 'release'
    this.#lines = { dtr: isOn, rts: isOn || settings.rtscts, brk: false }
  }

  get settings(): ResolvedSettings {
    return this.#settings
  }

  get lines(): DrivenLines {
    return this.#lines
  }

  setLines(change: Partial<DrivenLines>): Promise<void> {
    return this.#inTurn(() => this.#drive(change))
  }

  readStatus(): Promise<ModemStatus> {
    return this.#inTurn(() => this.#port.get().catch(() => NO_MODEM_LINES))
  }

  configure(change: FrameChange): Promise<void> {
    return this.#inTurn(() => this.#configure(change))
  }

  purge(): Promise<void> {
    return this.#inTurn(() => this.#port.flush().catch(() => undefined))
  }

  reset(board: Board, target: ResetTarget = 'run'): Promise<void> {
    return this.#inTurn(async () => {
      for (const step of resetSequence(board, target)) {
        if ('touchBaud' in step) await this.#touch(step.touchBaud, step.holdMs)
        else {
          await this.#drive({ dtr: step.dtr, rts: step.rts })
          await delay(step.holdMs)
        }
      }
    })
  }

  async #drive(change: Partial<DrivenLines>): Promise<void> {
    this.#lines = { ...this.#lines, ...change }
    await this.#port.set(this.#lines).catch(() => undefined)
  }

  /** Boards with native USB take this speed, and DTR going down, for a request. */
  async #touch(baud: number, holdMs: number): Promise<void> {
    const before = this.#settings.baud
    await this.#port.update({ baudRate: baud })
    await this.#drive({ dtr: false })
    await delay(holdMs)
    // By now the board may have left the bus.
    await this.#port.update({ baudRate: before }).catch(() => undefined)
    await this.#drive({ dtr: true })
  }

  async #configure(change: FrameChange): Promise<void> {
    const wanted = resolveSettings({ ...this.#settings, ...change })
    const old = this.#settings
    if (wanted.baud !== old.baud) {
      await this.#port.update({ baudRate: wanted.baud }).catch((cause: Error) => {
        throw this.#refused(`${wanted.baud} baud: ${cause.message}`, cause)
      })
    }
    const flags = frameFlags(wanted)
    if (flags.join() !== frameFlags(old).join()) await this.#setFrame(flags)
    this.#settings = wanted
  }

  /** serialport changes the speed only; the frame is for stty, where there is one. */
  #setFrame(flags: readonly string[]): Promise<void> {
    const option = process.platform === 'darwin' ? '-f' : '-F'
    return new Promise((resolve, reject) => {
      const stty = spawn('stty', [option, this.#path, ...flags], {
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      let said = ''
      stty.stderr.on('data', (text: Buffer) => (said += text.toString()))
      stty.once('error', (cause) => reject(this.#refused(`another frame: ${cause.message}`, cause)))
      stty.once('close', (code) => {
        if (code === 0) resolve()
        else reject(this.#refused(`${flags.join(' ')}: ${said.trim().split('\n')[0]}`, undefined))
      })
    })
  }

  #refused(what: string, cause: Error | undefined): PortError {
    return new PortError('ERR_PORT_INVALID', `${this.#name} does not take ${what}`, cause)
  }

  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const turn = this.#pending.then(act)
    this.#pending = turn.catch(() => undefined)
    return turn
  }
}

function frameFlags({ dataBits, parity, stopBits, rtscts }: ResolvedSettings): string[] {
  return [
    `cs${dataBits}`,
    parity === 'none' ? '-parenb' : 'parenb',
    parity === 'odd' ? 'parodd' : '-parodd',
    stopBits === 2 ? 'cstopb' : '-cstopb',
    rtscts ? 'crtscts' : '-crtscts',
  ]
}
