// One broker's process: started in a process group of its own, so that nothing it starts outlives
// it; ready when its log says so and its port takes connections. It does not know which broker.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'

export interface BrokerProgram {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Takes connections when it is ready. */
  readonly port: number
  /** What the log says before the port means anything. Default: nothing. */
  readonly readyPattern?: RegExp
}

const START_MS_MAX = 60_000
const STOP_MS_MAX = 20_000
const POLL_MS = 50
const LOG_CHARS_MAX = 1 << 18

/** No broker outlives the tests, even when they end without cleaning up. */
const alive = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of alive) signalGroup(child, 'SIGKILL')
})

export class BrokerProcess {
  readonly #program: BrokerProgram
  readonly #folder: string
  #child: ChildProcess | undefined
  #log = ''

  /** `folder` is the working folder and is deleted at the end. */
  constructor(folder: string, program: BrokerProgram) {
    this.#folder = folder
    this.#program = program
  }

  get port(): number {
    return this.#program.port
  }

  get log(): string {
    return this.#log
  }

  async start(): Promise<void> {
    const { command, args, env = {}, readyPattern = /^/ } = this.#program
    const child = spawn(command, args, {
      cwd: this.#folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    this.#child = child
    this.#log = ''
    alive.add(child)
    child.once('exit', () => {
      alive.delete(child)
      if (this.#child === child) this.#child = undefined
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#log = (this.#log + text).slice(-LOG_CHARS_MAX)
      })
    }
    let hasEnded = false
    await vi.waitFor(
      async () => {
        hasEnded = this.#child !== child
        if (hasEnded) return
        if (!readyPattern.test(this.#log)) throw new Error(`not ready:\n${this.#log}`)
        await tryConnect(this.#program.port)
      },
      { timeout: START_MS_MAX, interval: POLL_MS },
    )
    if (hasEnded) throw new Error(`${command} ended at once:\n${this.#log}`)
  }

  async restart(): Promise<void> {
    await this.#end('SIGTERM')
    await this.start()
  }

  async remove(): Promise<void> {
    await this.#end('SIGKILL')
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    const gone = once(child, 'exit', { signal: AbortSignal.timeout(STOP_MS_MAX) })
    signalGroup(child, signal)
    await gone
    // The leader is gone; what it started goes with it.
    signalGroup(child, 'SIGKILL')
  }
}

/** Starts a process for a program whose free port may be taken in between: tries again then. */
export async function startOnFreePort(
  name: string,
  make: (folder: string, port: number) => BrokerProgram | Promise<BrokerProgram>,
): Promise<BrokerProcess> {
  for (let attempt = 1; ; attempt++) {
    const folder = mkdtempSync(join(tmpdir(), `motewire-${name}-`))
    const broker = new BrokerProcess(folder, await make(folder, await freePort()))
    try {
      await broker.start()
      return broker
    } catch (error) {
      await broker.remove()
      if (attempt === PORT_TRIES || !/address.*in use/i.test(broker.log)) throw error
    }
  }
}

const PORT_TRIES = 3

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function tryConnect(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
  } finally {
    socket.destroy()
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal)
  } catch (error) {
    // The whole group is gone already.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
