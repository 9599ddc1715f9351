// A board that qemu emulates, outside of this process: its UART is a terminal of the machine, which
// a bridge opens as it opens a serial port. It is made stopped, so that nothing it says is lost
// before somebody listens.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { firmwarePath } from '@motewire/hardware'
import type { FirmwareChip } from '@motewire/hardware'
import { componentPath } from './component.ts'

/** What qemu calls a board with the chip, and where the image keeps the board's own bytes. */
const BOARDS: Readonly<Record<FirmwareChip, { machine: string; memory: number }>> = {
  lm3s6965: { machine: 'lm3s6965evb', memory: 0x3_ff00 },
  'mps2-an385': { machine: 'mps2-an385', memory: 0x3_ff00 },
  stm32f205: { machine: 'netduino2', memory: 0x803_ff00 },
  nrf51: { machine: 'microbit', memory: 0x3_ff00 },
}
export const QEMU_CHIPS = Object.keys(BOARDS) as FirmwareChip[]

/** For a board with the echo program, whose UART is a terminal. @param name file with its name. */
export function boardArguments(chip: FirmwareChip, name: string): string[] {
  const { machine, memory } = BOARDS[chip]
  const loaded = [
    `loader,file=${firmwarePath(`echo-raw-${chip}`)}`,
    `loader,file=${name},addr=${memory},force-raw=on`,
  ]
  const uart = ['-chardev', 'pty,id=uart', '-serial', 'chardev:uart']
  const devices = loaded.flatMap((device) => ['-device', device])
  return ['-M', machine, '-display', 'none', ...uart, ...devices]
}

export class QemuBoard {
  /** Of its serial port. */
  readonly path: string
  readonly #process: ChildProcess
  readonly #folder: string

  private constructor(path: string, child: ChildProcess, folder: string) {
    this.path = path
    this.#process = child
    this.#folder = folder
  }

  /** A board with the echo program. @param id its name, at most 15 characters. */
  static async make(chip: FirmwareChip, id: string): Promise<QemuBoard> {
    const folder = mkdtempSync(join(tmpdir(), 'motewire-qemu-'))
    const name = join(folder, 'name')
    writeFileSync(name, `${id}\0`)
    const args = ['-S', '-monitor', 'stdio', ...boardArguments(chip, name)]
    const child = spawn(componentPath('qemu-system-arm'), args, { stdio: 'pipe' })
    try {
      return new QemuBoard(await terminalOf(child), child, folder)
    } catch (error) {
      child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
  }

  /** Lets it run. */
  start(): void {
    this.#process.stdin!.write('cont\n')
  }

  /** Presses its reset button. */
  reset(): void {
    this.#process.stdin!.write('system_reset\n')
  }

  /** Ends it; whoever has its port open sees it hang up. */
  async remove(): Promise<void> {
    const gone = once(this.#process, 'exit')
    if (this.#process.kill('SIGKILL')) await gone
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** The path that qemu says its UART has. */
function terminalOf(child: ChildProcess): Promise<string> {
  let said = ''
  return new Promise((resolve, reject) => {
    const take = (bytes: Buffer): void => {
      said += bytes.toString('latin1')
      const path = /redirected to (\/dev\/\S+)/.exec(said)?.[1]
      if (path !== undefined) resolve(path)
    }
    child.stdout!.on('data', take)
    child.stderr!.on('data', take)
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`qemu ended with ${code}: ${said}`)))
  })
}
