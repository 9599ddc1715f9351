// A fleet over several processes. Worker w of n runs the devices w, w + n, w + 2n and so on of this
// run's shard, which is arithmetic: nobody hands out work. All begin together once all are ready;
// what they count is added up. A worker that dies ends the run, with an error that names its
// devices.

import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MotewireError } from '@motewire/sdk/errors'
import type { FleetSnapshot } from '../report/index.ts'
import type { DeviceState } from './device-state.ts'
import { subShard } from './plan-part.ts'
import type { Run, RunSpec } from './run.ts'
import { decodePart, sumOfParts } from './run-part.ts'
import type { RunPart } from './run-part.ts'
import { emptySnapshot, sumOfSnapshots } from './snapshots.ts'
import { jobOf } from './worker-protocol.ts'
import type { FromWorker, ToWorker } from './worker-protocol.ts'

/** The sources and the published package have different endings. */
const PROGRAM = fileURLToPath(new URL(`./worker-main${extname(import.meta.url)}`, import.meta.url))

export class WorkerRun implements Run {
  readonly #spec: RunSpec
  readonly #workers: readonly Worker[]
  #isStopping = false

  constructor(spec: RunSpec, count: number) {
    this.#spec = spec
    this.#workers = Array.from({ length: count }, (_, number) => new Worker(spec, number, count))
  }

  async run(): Promise<RunPart> {
    try {
      await Promise.all(this.#workers.map((worker) => worker.ready))
      for (const worker of this.#workers) worker.say({ kind: 'start' })
      if (this.#isStopping) this.stop()
      return sumOfParts(await Promise.all(this.#workers.map((worker) => worker.done)))
    } finally {
      for (const worker of this.#workers) worker.kill()
    }
  }

  stop(): void {
    this.#isStopping = true
    for (const worker of this.#workers) worker.say({ kind: 'stop' })
  }

  /** As they were at the look before, or at the end. */
  *states(): Generator<DeviceState> {
    for (const worker of this.#workers) {
      worker.look()
      yield* worker.states
    }
  }

  snapshot(): FleetSnapshot {
    const seen = this.#workers.map(({ snapshot }) => snapshot).filter((one) => one !== undefined)
    const sum = seen.length === 0 ? emptySnapshot(this.#spec) : sumOfSnapshots(seen)
    return { ...sum, devices: this.#spec.plan.devices }
  }
}

class Worker {
  /** How its devices were when it was last asked. */
  states: readonly DeviceState[] = []
  #isAsked = false
  readonly ready: Promise<void>
  readonly done: Promise<RunPart>
  /** The last it told. */
  snapshot: FleetSnapshot | undefined
  readonly #child: ChildProcess
  readonly #name: string

  constructor(spec: RunSpec, number: number, count: number) {
    const shard = subShard(spec.plan, number, count)
    this.#name =
      `worker ${number + 1} of ${count}, ` +
      `devices ${shard.index}, ${shard.index + shard.count}, ... of ${spec.plan.devicesTotal}`
    this.#child = fork(PROGRAM, { serialization: 'advanced' })
    const ready = settlable<void>()
    const done = settlable<RunPart>()
    this.ready = ready.promise
    this.done = done.promise
    const fail = (why: string): void => {
      const error = new MotewireError('ERR_WORKER_FAILED', `${this.#name}: ${why}`, {
        retryable: true,
      })
      ready.reject(error)
      done.reject(error)
    }
    this.#child.once('exit', (code, signal) => {
      fail(`ended with ${signal ?? `code ${code}`} before its result`)
    })
    this.#child.on('message', (message: FromWorker) => {
      if (message.kind === 'ready') ready.resolve()
      else if (message.kind === 'failed') fail(message.message)
      else if (message.kind === 'states') {
        this.states = message.states
        this.#isAsked = false
      } else {
        this.snapshot = message.snapshot
        if (message.kind === 'done') done.resolve(decodePart(message.part))
      }
    })
    this.say({ kind: 'prepare', job: jobOf(spec, shard) })
  }

  /** Asks how its devices are, unless the answer to that is still to come. */
  look(): void {
    if (this.#isAsked) return
    this.#isAsked = true
    this.say({ kind: 'look' })
  }

  say(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message, () => undefined)
  }

  kill(): void {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL')
  }
}

interface Settlable<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: Error) => void
}

/** A promise whose failure may come before anybody waits for it. */
function settlable<T>(): Settlable<T> {
  let resolve: (value: T) => void = () => undefined
  let reject: (error: Error) => void = () => undefined
  const promise = new Promise<T>((take, fail) => {
    resolve = take
    reject = fail
  })
  promise.catch(() => undefined)
  return { promise, resolve, reject }
}
