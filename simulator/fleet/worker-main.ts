// The program of a worker process: runs the devices of its shard as it is told, tells how far it
// is, and ends with what it has counted, or when the coordinator is gone.

import { Modules } from '../device/index.ts'
import { makeRun } from './make-run.ts'
import type { Run } from './run.ts'
import { encodePart } from './run-part.ts'
import { specOf } from './worker-protocol.ts'
import type { FromWorker, ToWorker, WorkerJob } from './worker-protocol.ts'

const PROGRESS_MS = 500

let run: Run | undefined

process.on('message', (message: ToWorker) => {
  if (message.kind === 'stop') run?.stop()
  else if (message.kind === 'start') void work(run)
  else if (message.kind === 'look') say({ kind: 'states', states: [...(run?.states?.() ?? [])] })
  else {
    prepare(message.job).catch(fail)
  }
})
process.on('disconnect', () => process.exit(1))
// Ctrl-C reaches all processes of the terminal; the coordinator says when to stop.
process.on('SIGINT', () => undefined)

/** Modules are loaded in each process anew. */
async function prepare(job: WorkerJob): Promise<void> {
  const spec = specOf(job)
  run = makeRun({ ...spec, modules: await Modules.load(spec.plan.groups, spec.uartBridge) })
  say({ kind: 'ready' })
}

async function work(prepared: Run | undefined): Promise<void> {
  if (prepared === undefined) return
  const timer = setInterval(() => {
    say({ kind: 'progress', snapshot: prepared.snapshot() })
  }, PROGRESS_MS)
  try {
    const part = encodePart(await prepared.run())
    const last: FromWorker = { kind: 'done', part, snapshot: prepared.snapshot() }
    process.send?.(last, () => process.exit(0))
  } catch (error) {
    fail(error)
  } finally {
    clearInterval(timer)
  }
}

function say(message: FromWorker): void {
  process.send?.(message)
}

function fail(error: unknown): void {
  const { message } = error as Error
  process.send?.({ kind: 'failed', message } satisfies FromWorker, () => process.exit(1))
}
