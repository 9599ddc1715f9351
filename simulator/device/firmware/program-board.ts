// Boards that programs beside this one emulate, qemu and simavr for instance, each a process of its
// own: it is started with the device, says where its UART is (a terminal or a TCP port), and is
// ended with the device. In real time only: such a program has a clock of its own.
//
// Bound: SAID_CHARACTERS_MAX of its output are looked at until it has named its UART.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { TcpChannel } from '@motewire/sdk'
import { MotewireError } from '@motewire/sdk/errors'
import type { ProgramSpec } from '../../scenario/index.ts'
import type { Device } from '../device.ts'
import type { Board, MakeBoard } from './board.ts'
import type { UartBridgeEnd } from './uart-bridge.ts'

const SAID_CHARACTERS_MAX = 65_536
/** A program that has not said where its UART is by then never will. */
const NAMED_MS_MAX = 10_000
/** A program that is asked to end, and does not, is ended. */
const END_MS_MAX = 1_000
/** `char device redirected to /dev/pts/3`, `tcp://127.0.0.1:5000`, `tcp:localhost:5000` */
const TERMINAL = /\/dev\/(?:pts\/\d+|tty\w+)/
const TCP = /\btcp:(?:\/\/)?([\w.-]+:\d+)/

/** A serial port by its path. */
type SerialPort = (path: string) => UartBridgeEnd

/** @param spec templates filled in. */
export function programBoards(spec: ProgramSpec, serialPort: SerialPort): MakeBoard {
  return (device) => new ProgramBoard(device, spec, serialPort)
}

/**
 * @throws MotewireError `ERR_MODEL_LOAD` when there is no such program.
 */
export function checkProgram({ command }: ProgramSpec): void {
  const [name = ''] = command
  const folders = isAbsolute(name) ? [''] : (process.env['PATH'] ?? '').split(delimiter)
  if (folders.some((folder) => isExecutable(join(folder, name)))) return
  const where = isAbsolute(name) ? 'there' : 'on the PATH'
  const message = `firmware needs the program ${name}, and none that can be run is ${where}`
  throw new MotewireError('ERR_MODEL_LOAD', message)
}

/** Programs that run now: none of them outlives this process. */
const running = new Set<ChildProcess>()
let isWatching = false

class ProgramBoard implements Board {
  readonly port: UartBridgeEnd
  readonly counts = undefined
  readonly #device: Device
  readonly #spec: ProgramSpec
  readonly #serialPort: SerialPort
  #handlePort: (() => void) | undefined
  #child: ChildProcess | undefined
  #uart: UartBridgeEnd | undefined
  #said = ''
  #patience: NodeJS.Timeout | undefined

  constructor(device: Device, spec: ProgramSpec, serialPort: SerialPort) {
    this.#device = device
    this.#spec = spec
    this.#serialPort = serialPort
    this.port = {
      name: `uart ${device.clientId}`,
      connect: () => this.#uart!.connect(),
      isPresent: () => this.#uart?.isPresent?.() ?? true,
    }
  }

  start(handlePort: () => void): void {
    this.#handlePort = handlePort
    const { command, uart, folder } = this.#spec
    const [program = '', ...args] = command
    const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    keep(child)
    child.once('error', (error) => this.#fail(`could not be started: ${error.message}`))
    child.once('exit', (code, signal) => this.#fail(`ended with ${signal ?? `code ${code}`}`))
    for (const output of [child.stdout, child.stderr]) {
      output.on('data', (bytes: Buffer) => this.#hear(bytes.toString('latin1')))
    }
    if (uart !== undefined) this.#open(uart)
    else {
      const giveUp = (): void => this.#fail(`named no UART in ${NAMED_MS_MAX / 1_000} s`)
      this.#patience = setTimeout(giveUp, NAMED_MS_MAX)
    }
  }

  stop(): void {
    clearTimeout(this.#patience)
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null) return
    child.kill()
    const timer = setTimeout(() => child.kill('SIGKILL'), END_MS_MAX)
    child.once('exit', () => clearTimeout(timer))
  }

  /** What it says is read to the end, or it would wait for that. */
  #hear(text: string): void {
    this.#said = (this.#said + text).slice(-SAID_CHARACTERS_MAX)
    if (this.#uart !== undefined) return
    const place = TERMINAL.exec(this.#said)?.[0] ?? TCP.exec(this.#said)?.[1]
    if (place !== undefined) this.#open(place)
  }

  /** @param place the path of a terminal, or HOST:PORT. */
  #open(place: string): void {
    clearTimeout(this.#patience)
    if (place.startsWith('/')) this.#uart = this.#serialPort(place)
    else {
      const at = place.lastIndexOf(':')
      const address = { host: place.slice(0, at), port: Number(place.slice(at + 1)) }
      this.#uart = { name: `tcp ${place}`, connect: () => new TcpChannel(address) }
    }
    this.#handlePort?.()
  }

  #fail(what: string): void {
    if (this.#child === undefined) return
    const last = this.#said.trim().split('\n').at(-1) ?? ''
    const [program] = this.#spec.command
    this.stop()
    this.#device.fail(`${program} ${what}${last === '' ? '' : `; it said: ${last}`}`)
  }
}

function keep(child: ChildProcess): void {
  running.add(child)
  child.once('exit', () => running.delete(child))
  child.once('error', () => running.delete(child))
  if (isWatching) return
  isWatching = true
  process.once('exit', () => {
    for (const one of running) one.kill('SIGKILL')
  })
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
