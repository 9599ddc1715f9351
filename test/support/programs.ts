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
  readonly #waiters: { stream: 'out' | 'err'; text: string; times: number; resolve: () => void }[] =
    []
  readonly finished: Promise<Finished>

  constructor(
    command: string,
    args: readonly string[],
    input?: string,
    env: NodeJS.ProcessEnv = process.env,
  ) {
    this.child = spawn(command, args, { cwd: ROOT, timeout: RUN_MS_MAX, env })
    for (const stream of ['out', 'err'] as const) {
      this.child[`std${stream}`]?.on('data', (bytes: Buffer) => {
        this[stream] += bytes.toString()
        this.#wake()
      })
    }
    this.child.stdin?.end(input ?? '')
    this.finished = new Promise((resolve, reject) => {
      this.child.once('error', reject)
      this.child.once('close', (code) => resolve({ code, out: this.out, err: this.err }))
    })
  }

  /** Resolves when standard output contains `text`; rejects when the program ends before. */
  says(text: string): Promise<void> {
    return this.#until('out', text, 1)
  }

  /** The same for standard error, and so many times. */
  notes(text: string, times = 1): Promise<void> {
    return this.#until('err', text, times)
  }

  async #until(stream: 'out' | 'err', text: string, times: number): Promise<void> {
    const seen = new Promise<void>((resolve) => {
      this.#waiters.push({ stream, text, times, resolve })
      this.#wake()
    })
    const ended = this.finished.then(({ code, out, err }) => {
      if (this[stream].split(text).length > times) return
      throw new Error(`ended with ${code} and never said '${text}': ${out}${err}`)
    })
    await Promise.race([seen, ended])
  }

  #wake(): void {
    for (const { stream, text, times, resolve } of this.#waiters) {
      if (this[stream].split(text).length > times) resolve()
    }
  }
}

export function run(command: string, args: readonly string[], input?: string): Promise<Finished> {
  return new Program(command, args, input).finished
}

/** mosquitto_sub that says each line when it has it: into a pipe it would write 4 KiB at a time. */
export function mosquittoSub(...args: string[]): Program {
  return new Program('stdbuf', ['-oL', 'mosquitto_sub', ...args])
}

const MOTEWIRE = ['--conditions=dev', '--import', 'tsx', 'cli/main.ts']

/** Our command, from its sources. */
export function motewire(...args: string[]): Program {
  return motewireIn(process.env, ...args)
}

/** The same in another environment. */
export function motewireIn(env: NodeJS.ProcessEnv, ...args: string[]): Program {
  return new Program(process.execPath, [...MOTEWIRE, ...args], undefined, env)
}

/** The same with something on its standard input. */
export function motewireWith(input: string, ...args: string[]): Program {
  return new Program(process.execPath, [...MOTEWIRE, ...args], input)
}
