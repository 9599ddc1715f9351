// The byte plane beside socat and ser2net, in turns, on pseudo-terminals: a driver holds the far
// end of each cable, a TCP server in this process echoes. Every candidate is a process of its own.
// Medians; ratios matter.
//
//   npx tsx --conditions=dev bench/serial.ts

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PtyPair } from '../test/contract/hardware/pty-pair.ts'
import type { FarEnd } from '../test/contract/hardware/pty-pair.ts'

const ROUNDS = 3
const ROUND_TRIPS = 400
const BLOCK = Buffer.alloc(1 << 20, 0x55)
const READY_MS = 10_000

interface Candidate {
  readonly name: string
  readonly start: (port: string, tcp: number) => ChildProcess
}

const CLI = fileURLToPath(new URL('../cli/main.ts', import.meta.url))

const CANDIDATES: readonly Candidate[] = [
  {
    name: 'motewire',
    start: (port, tcp) => {
      const program = ['--import', 'tsx', '--conditions=dev', CLI, 'bridge']
      const flags = ['--serial', port, '--tcp', `127.0.0.1:${tcp}`]
      return spawn(process.execPath, [...program, ...flags], { stdio: 'ignore' })
    },
  },
  {
    name: 'socat',
    start: (port, tcp) => {
      const line = `${port},raw,echo=0,b115200`
      return spawn('socat', [line, `TCP:127.0.0.1:${tcp},nodelay`], { stdio: 'ignore' })
    },
  },
  {
    name: 'ser2net',
    start: (port, tcp) => {
      const file = join(folder, `ser2net-${tcp}.yaml`)
      const line = `serialdev,${port},115200n81,local`
      const text = [
        'connection: &bench',
        '  accepter: tcp(nodelay),127.0.0.1,0',
        `  connector: ${line}`,
        '  options:',
        '    chardelay: false',
        `    connback: tcp(nodelay),127.0.0.1,${tcp}`,
      ]
      writeFileSync(file, `${text.join('\n')}\n`)
      return spawn('ser2net', ['-n', '-d', '-c', file], { stdio: 'ignore' })
    },
  },
]

const folder = mkdtempSync(join(tmpdir(), 'motewire-serial-'))
const results = new Map<string, { readonly trips: number[]; readonly rates: number[] }>()
try {
  for (let round = 0; round < ROUNDS; round++) {
    for (const candidate of CANDIDATES) await measure(candidate)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const base = results.get('socat')
for (const [name, { trips, rates }] of results) {
  const trip = median(trips)
  const rate = median(rates)
  const ratio =
    base === undefined ? '' : ratios(trip / median(base.trips), rate / median(base.rates))
  console.log(
    `${name.padEnd(9)} round trip p50 ${trip.toFixed(0)} us, ${rate.toFixed(1)} MB/s ${ratio}`,
  )
}
process.exit()

async function measure({ name, start }: Candidate): Promise<void> {
  const pair = await PtyPair.create()
  const far = pair.openFar()
  const server = createServer({ noDelay: true }, (socket) => {
    socket.pipe(socket)
    socket.on('error', () => {})
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const child = start(pair.near, (server.address() as AddressInfo).port)
  try {
    await once(server, 'connection', { signal: AbortSignal.timeout(READY_MS) })
    await hello(far)
    const result = results.get(name) ?? { trips: [], rates: [] }
    results.set(name, result)
    result.trips.push(...(await roundTrips(far)))
    result.rates.push(await throughput(far))
  } catch (error) {
    console.log(`${name}: no measurement (${(error as Error).message})`)
  } finally {
    child.kill('SIGKILL')
    await far.close()
    await pair.remove()
    server.close()
  }
}

/** Opening a terminal throws away what waits in it, so the first bytes may be lost. */
async function hello(far: FarEnd): Promise<void> {
  for (let attempt = 0; attempt < 20 && far.receivedBytes === 0; attempt++) {
    await far.write('?')
    await far.until(1, 200).catch(() => undefined)
  }
  if (far.receivedBytes === 0) throw new Error('nothing came back')
}

/** Microseconds of 16 bytes there and back. */
async function roundTrips(far: FarEnd): Promise<number[]> {
  const trips: number[] = []
  for (let trip = 0; trip < ROUND_TRIPS; trip++) {
    const goal = far.receivedBytes + 16
    const began = performance.now()
    await far.write(BLOCK.subarray(0, 16))
    await far.until(goal)
    trips.push((performance.now() - began) * 1_000)
  }
  return trips
}

/** Megabytes a second of a block that is echoed. */
async function throughput(far: FarEnd): Promise<number> {
  const goal = far.receivedBytes + BLOCK.length
  const began = performance.now()
  await Promise.all([far.write(BLOCK), far.until(goal, READY_MS)])
  return BLOCK.length / 1_000 / (performance.now() - began)
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}

function ratios(trip: number, rate: number): string {
  return `(${trip.toFixed(2)}x and ${rate.toFixed(2)}x of socat)`
}
