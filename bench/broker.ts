// npm run bench:broker: our broker beside Mosquitto and aedes, in one run, in turns. Brokers and
// load are processes of their own; what counts is messages delivered for each second of CPU that
// the broker's process used (/proc, so Linux only). Medians of the rounds. `--rows WORD` and
// `--rounds N` narrow it down.

import { fork, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { QoS } from '@motewire/sdk/codec'
import { locateExecutable } from '../scripts/components.mjs'
import type { LoadJob, LoadReport } from './broker-load.ts'

interface RunningBroker {
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
}

/**
 * `perCpuSecond` divides what was done by CPU seconds, `bytesEach` memory by what was made,
 * `amount` is what was done.
 */
interface Row {
  readonly name: string
  readonly measure: 'perCpuSecond' | 'bytesEach' | 'amount'
  readonly job: (port: number) => LoadJob
  /** Whether a bare server of Node can stand beside: it answers CONNECT and nothing else. */
  readonly hasFloor?: boolean
}

const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '' },
    rounds: { type: 'string', default: '3' },
    brokers: { type: 'string', default: 'motewire,mosquitto,aedes,node' },
  },
})
const WARMUP_MESSAGES = 200_000
const MEASURE_MS = 2_000
const TICKS_PER_SECOND = 100
/** Memory settles: brokers that collect garbage get a moment for it. */
const SETTLE_MS = 1_500

function flow(publishers: number, subscribers: number, qos: QoS): Row {
  const name = `${publishers} publishers, ${subscribers} subscribers, QoS ${qos}`
  const times = { warmupMessages: WARMUP_MESSAGES, measureMs: MEASURE_MS }
  return {
    name,
    measure: 'perCpuSecond',
    job: (port) => ({ kind: 'flow', port, publishers, subscribers, qos, ...times }),
  }
}

const ROWS: readonly Row[] = [
  ...([0, 1, 2] as const).map((qos) => flow(20, 1, qos)),
  ...([0, 1, 2] as const).map((qos) => flow(1, 50, qos)),
  {
    name: '20 publishers, nobody subscribes, QoS 0',
    measure: 'perCpuSecond',
    job: (port) => {
      const times = { warmupMessages: WARMUP_MESSAGES, measureMs: MEASURE_MS }
      return { kind: 'unheard', port, publishers: 20, ...times }
    },
  },
  {
    name: 'connects',
    measure: 'perCpuSecond',
    job: (port) => ({ kind: 'connects', port, count: 5_000 }),
    hasFloor: true,
  },
  {
    name: 'bytes per idle connection',
    measure: 'bytesEach',
    job: (port) => ({ kind: 'idle', port, before: 3_000, count: 6_000 }),
    hasFloor: true,
  },
  {
    name: 'bytes per queued message of 64 B',
    measure: 'bytesEach',
    job: (port) => ({ kind: 'queue', port, sessions: 20, each: 5_000 }),
  },
  {
    name: 'of 2,000 messages of 64 KiB beside a subscriber that reads nothing',
    measure: 'amount',
    job: (port) => ({ kind: 'stalled', port, count: 2_000, payloadBytes: 65_536 }),
  },
]

async function startPeer(name: string): Promise<RunningBroker> {
  const child = fork(fileURLToPath(new URL('./broker-peer.ts', import.meta.url)), [name])
  const [port] = (await once(child, 'message')) as [number]
  return { port, pid: child.pid!, stop: () => kill(child) }
}

async function startMosquitto(): Promise<RunningBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'motewire-bench-'))
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const { port } = free.address() as AddressInfo
  await new Promise((resolve) => free.close(resolve))
  const lines = [
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'max_queued_messages 0',
    'max_inflight_messages 100',
    'log_dest none',
  ]
  writeFileSync(join(folder, 'mosquitto.conf'), `${lines.join('\n')}\n`)
  const program = locateExecutable('mosquitto')
  if (program === undefined) throw new Error('mosquitto is missing')
  const child = spawn(program, ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' })
  await untilAccepting(port)
  const stop = async (): Promise<void> => {
    await kill(child)
    rmSync(folder, { recursive: true, force: true })
  }
  return { port, pid: child.pid!, stop }
}

async function untilAccepting(port: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (isOpen) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`nothing listens on port ${port}`)
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024
}

/** One row against one broker, in fresh processes. */
async function runRow(row: Row, name: string): Promise<number> {
  const broker = name === 'mosquitto' ? await startMosquitto() : await startPeer(name)
  const load = fork(fileURLToPath(new URL('./broker-load.ts', import.meta.url)))
  try {
    const of = row.measure === 'perCpuSecond' ? cpuSeconds : residentBytes
    load.send(row.job(broker.port))
    const [begin, before] = await reached(load, 'begin', () => of(broker.pid))
    const [end] = await reached(load, 'end', () => 0)
    if (row.measure === 'bytesEach') await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    const used = of(broker.pid) - before
    const amount = end - begin
    if (row.measure === 'amount') return amount
    return row.measure === 'perCpuSecond' ? amount / used : used / amount
  } finally {
    await kill(load)
    await broker.stop()
  }
}

/** Waits for the load's event and reads the broker's figure at that moment. */
function reached(
  load: ChildProcess,
  event: LoadReport['event'],
  read: () => number,
): Promise<[amount: number, figure: number]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${event} within 60 s`)), 60_000)
    const look = (message: LoadReport): void => {
      if (message.event !== event) return
      clearTimeout(timer)
      load.off('message', look)
      resolve([message.amount, read()])
    }
    load.on('message', look)
  })
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0
}

for (const row of ROWS.filter(({ name }) => name.includes(flags.rows))) {
  const names = flags.brokers.split(',').filter((name) => name !== 'node' || row.hasFloor)
  const figures = new Map<string, number[]>(names.map((name) => [name, []]))
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const name of names) figures.get(name)!.push(await runRow(row, name))
  }
  const unit = row.measure === 'perCpuSecond' ? ' (a CPU second)' : ''
  console.log(`${row.name}${unit}`)
  const own = median(figures.get('motewire') ?? [])
  for (const name of names) {
    const figure = median(figures.get(name)!)
    const ratio = row.measure === 'bytesEach' ? figure / own : own / figure
    const beside = name === 'motewire' ? '' : `  motewire is ${ratio.toFixed(2)}x as good`
    console.log(
      `  ${name.padEnd(12)}${Math.round(figure).toLocaleString('en').padStart(12)}${beside}`,
    )
  }
}
