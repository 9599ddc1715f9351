// What the benchmarks share: the sink at the other end, and how figures are taken and compared.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Sink {
  readonly port: number
  stop(): void
}

/** Starts the other end in a process of its own, so that the client has a core to itself. */
export async function startSink(): Promise<Sink> {
  const child = fork(fileURLToPath(new URL('./sink.ts', import.meta.url)))
  const [port] = (await once(child, 'message')) as [number]
  return { port, stop: () => void child.kill() }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

/** Lets everything happen that is due. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
