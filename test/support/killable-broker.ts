// Starts broker-process.ts, kills it as a power failure of the process would, and starts it again
// on the same port and folder. It is bundled once, so that a start takes little. No broker outlives
// the tests.

import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleProgram } from './bundle.ts'

const START_TIMEOUT_MS = 30_000
const SOURCE = fileURLToPath(new URL('./broker-process.ts', import.meta.url))
export class KillableBroker {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'motewire-broker-'))
  port = 0
  #child: ChildProcess | undefined

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`
  }

  async start(): Promise<void> {
    const program = join(this.folder, 'broker.mjs')
    if (this.port === 0) bundleProgram(SOURCE, program)
    const args = ['--port', String(this.port), '--folder', this.folder]
    const child = fork(program, args, { execArgv: [] })
    this.#child = child
    const signal = AbortSignal.timeout(START_TIMEOUT_MS)
    const [port] = (await once(child, 'message', { signal })) as [number]
    this.port = port
  }

  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  async remove(): Promise<void> {
    await this.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
