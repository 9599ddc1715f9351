// Runs a program to its end and gives back what it said. For the Mosquitto tools and our own
// command.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Finished {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const RUN_MS_MAX = 30_000

export class Program {
  readonly child: ChildProcess
  out = ''
  err = ''
  readonly #waiters: { text: string; resolve: () => void }[] = []
  readonly finished: Promise<Finished>

  constructor(
    command: string,
    args: readonly string[],
    input?: string,
    env: NodeJS.ProcessEnv = process.env,
  ) {
    this.child = spawn(command, args, { cwd: ROOT, timeout: RUN_MS_MAX, env })
    this.child.stdout?.on('data', (bytes: Buffer) => this.#take((this.out += bytes.toString())))
    this.child.stderr?.on('data', (bytes: Buffer) => (this.err += bytes.toString()))
    this.child.stdin?.end(input ?? '')
    this.finished = new Promise((resolve, reject) => {
      this.child.once('error', reject)
      this.child.once('close', (code) => resolve({ code, out: this.out, err: this.err }))
    })
  }

  /** Resolves when standard output contains `text`; rejects when the program ends before. */
  async says(text: string): Promise<void> {
    if (this.out.includes(text)) return
    const seen = new Promise<void>((resolve) => this.#waiters.push({ text, resolve }))
    const ended = this.finished.then(({ code, out, err }) => {
      if (out.includes(text)) return
      throw new Error(`ended with ${code} and never said '${text}': ${out}${err}`)
    })
    await Promise.race([seen, ended])
  }

  #take(out: string): void {
    for (const { text, resolve } of this.#waiters) if (out.includes(text)) resolve()
  }
}

export function run(command: string, args: readonly string[], input?: string): Promise<Finished> {
  return new Program(command, args, input).finished
}

/** mosquitto_sub that says each line when it has it: into a pipe it would write 4 KiB at a time. */
export function mosquittoSub(...args: string[]): Program {
  return new Program('stdbuf', ['-oL', 'mosquitto_sub', ...args])
}

/** Our command, from its sources. */
export function motewire(...args: string[]): Program {
  return motewireIn(process.env, ...args)
}

/** The same in another environment. */
export function motewireIn(env: NodeJS.ProcessEnv, ...args: string[]): Program {
  const command = ['--conditions=dev', '--import', 'tsx', 'cli/main.ts', ...args]
  return new Program(process.execPath, command, undefined, env)
}
