// Memory of an idle connected client, and CPU of a message when thousands take turns: our client,
// MQTT.js and a bare socket, each in a process of its own against the same sink. Bytes and
// microseconds; medians of three.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { median, startSink } from './stage.ts'

const run = promisify(execFile)
const PROBE = fileURLToPath(new URL('./fleet-probe.ts', import.meta.url))
const FLAGS = ['--expose-gc', '--import', 'tsx', PROBE]
const KINDS = { motewire: 'ours', 'MQTT.js': 'theirs', 'bare socket': 'bare' } as const
const REPEATS = 3

type Figures = Readonly<Record<string, number>>

async function probe(kind: string, clients: number, port: number, what: string): Promise<Figures> {
  const args = [...FLAGS, kind, String(clients), String(port), what]
  const { stdout } = await run(process.execPath, args)
  return JSON.parse(stdout) as Figures
}

/** The median of each figure over the repetitions, the kinds in turns. */
async function compare(
  clients: number,
  port: number,
  what: string,
): Promise<Readonly<Record<string, Figures>>> {
  const all: Record<string, Figures[]> = {}
  for (let i = 0; i < REPEATS; i++) {
    for (const [name, kind] of Object.entries(KINDS)) {
      ;(all[name] ??= []).push(await probe(kind, clients, port, what))
    }
  }
  return Object.fromEntries(
    Object.entries(all).map(([name, figures]) => [
      name,
      Object.fromEntries(
        Object.keys(figures[0]!).map((key) => [key, median(figures.map((one) => one[key]!))]),
      ),
    ]),
  )
}

export async function benchIdleClients(clients = 8_000): Promise<void> {
  const sink = await startSink()
  const results = await compare(clients, sink.port, 'memory')
  sink.stop()
  console.log(`idle connected client, ${clients.toLocaleString('en')} of them`)
  for (const [name, { heapBytes = 0, rssBytes = 0 }] of Object.entries(results)) {
    const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`
    console.log(`  ${name.padEnd(12)}heap ${kib(heapBytes)}, RSS ${kib(rssBytes)}`)
  }
}

export async function benchTurns(clients = 5_000): Promise<void> {
  const sink = await startSink()
  const results = await compare(clients, sink.port, 'turns')
  sink.stop()
  console.log(`CPU of a QoS 0 message, ${clients.toLocaleString('en')} clients taking turns`)
  const bare = results['bare socket']?.['microseconds'] ?? 0
  for (const [name, { microseconds = 0 }] of Object.entries(results)) {
    const ratio = `${(microseconds / bare).toFixed(2)}x a bare socket`
    console.log(`  ${name.padEnd(12)}${microseconds.toFixed(1)} us  ${ratio}`)
  }
}
