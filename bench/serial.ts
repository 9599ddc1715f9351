// The byte plane beside socat and ser2net, on pseudo-terminals: round trips, throughput, 64 ports
// of 115,200 baud, and how soon a hang-up is seen. One run, one machine; ratios matter. Needs
// socat, ser2net and a C compiler. About three minutes.
//
//   npm run bench:serial [-- part...]      parts: as the keys of PARTS

import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { componentPath } from '../test/support/component.ts'
import { median } from './stage.ts'

type Peer = 'motewire' | 'socat' | 'ser2net'

interface Job {
  readonly mode: 'round-trips' | 'throughput' | 'ports' | 'hang-ups'
  readonly ports: number
  /** Messages, seconds or tries: see serial-driver.c. */
  readonly amount: number
}

interface Outcome {
  readonly lines: readonly Readonly<Record<string, number | string>>[]
  /** Of one core, while it was measured. */
  readonly cpuShare: number
  readonly rssBytes: number
}

const ROUNDS = 3
const PEERS: readonly Peer[] = ['motewire', 'socat', 'ser2net']
const TICKS_PER_SECOND = 100
const PAGE_BYTES = 4_096
const folder = mkdtempSync(join(tmpdir(), 'motewire-serial-'))
const driver = join(folder, 'driver')
/** The built one: what TypeScript is run by would be measured too. */
const cli = fileURLToPath(new URL('../cli/dist/main.js', import.meta.url))

const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  'round-trips': () => compare({ mode: 'round-trips', ports: 1, amount: 5_000 }, 'p50', 'us, p50'),
  throughput: () =>
    compare({ mode: 'throughput', ports: 1, amount: 2 }, 'megabytesPerSecond', 'MB/s'),
  ports: comparePorts,
  'hang-ups': printHangUps,
}

const asked = process.argv.slice(2)
try {
  const source = fileURLToPath(new URL('serial-driver.c', import.meta.url))
  execFileSync('cc', ['-O2', '-o', driver, source, '-lutil', '-lpthread'])
  for (const name of asked.length === 0 ? Object.keys(PARTS) : asked) await PARTS[name]!()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Rounds take turns, so that a busy moment of the machine meets all of them. */
async function compare(job: Job, key: string, unit: string): Promise<void> {
  const taken = new Map<Peer, number[]>(PEERS.map((peer) => [peer, []]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const peer of PEERS) taken.get(peer)!.push(Number((await run(peer, job)).lines[0]![key]))
  }
  const base = median(taken.get('socat')!)
  console.log(`${job.mode}, ${unit}`)
  for (const [peer, values] of taken) {
    const ratio = (median(values) / base).toFixed(2)
    console.log(
      `  ${peer.padEnd(9)} ${median(values).toFixed(1)}  ${ratio} of socat  (${values.join(', ')})`,
    )
  }
}

async function comparePorts(): Promise<void> {
  console.log('64 ports, 115,200 baud in both directions')
  for (const peer of PEERS) {
    const { lines, cpuShare, rssBytes } = await run(peer, { mode: 'ports', ports: 64, amount: 4 })
    const { p50, p99, share } = lines[0]!
    const cpu = `${(100 * cpuShare).toFixed(0)} % of a core, ${(rssBytes / 1e6).toFixed(0)} MB`
    const echo = `echo p50 ${p50} us, p99 ${p99} us, ${(100 * Number(share)).toFixed(1)} % in time`
    console.log(`  ${peer.padEnd(9)} ${cpu}, ${echo}`)
  }
}

async function printHangUps(): Promise<void> {
  console.log('hang-up seen by the TCP peer')
  const { lines } = await run('motewire', { mode: 'hang-ups', ports: 1, amount: 100 })
  for (const { kind, count, p50, p99, max } of lines) {
    const [median_, late, last] = [p50, p99, max].map((us) => (Number(us) / 1e3).toFixed(1))
    console.log(`  ${kind}: ${count} of 100, p50 ${median_} ms, p99 ${late} ms, max ${last} ms`)
  }
}

async function run(peer: Peer, { mode, ports, amount }: Job): Promise<Outcome> {
  const links = join(folder, 'port')
  const measuring = spawn(driver, [mode, String(ports), String(amount), links], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const bridges: ChildProcess[] = []
  try {
    const said = createInterface(measuring.stdout)[Symbol.asyncIterator]()
    const peers = String((await said.next()).value)
      .trim()
      .split(' ')
      .map(Number)
    const paths = peers.map((_, index) => `${links}${index}`)
    const servers = peer === 'ser2net' ? await freePorts(ports) : []
    bridges.push(...startBridges(peer, paths, peer === 'ser2net' ? servers : peers))
    measuring.stdin.end(peer === 'ser2net' ? `connect ${servers.join(' ')}\n` : 'listen\n')
    if ((await said.next()).value !== 'go') throw new Error(`${peer} was not measured`)
    const [before, start] = [cpuSeconds(bridges), performance.now()]
    const lines: Outcome['lines'][number][] = []
    let cpu = 0
    for (let next = await said.next(); !next.done; next = await said.next()) {
      lines.push(JSON.parse(next.value))
      cpu = cpuSeconds(bridges) - before
    }
    if (lines.length === 0) throw new Error(`${peer} was not measured`)
    const seconds = (performance.now() - start) / 1_000
    const rssBytes = bridges.reduce((sum, one) => sum + rssOf(one), 0)
    return { lines, cpuShare: cpu / seconds, rssBytes }
  } finally {
    measuring.kill('SIGKILL')
    for (const bridge of bridges) bridge.kill('SIGKILL')
    await Promise.all(bridges.map(untilExit))
  }
}

function startBridges(
  peer: Peer,
  paths: readonly string[],
  tcp: readonly number[],
): ChildProcess[] {
  const quiet: SpawnOptions = { stdio: ['ignore', 'ignore', 'inherit'] }
  if (peer === 'socat') {
    return paths.map((path, index) => {
      const ends = [`${path},raw,echo=0,b115200`, `TCP:127.0.0.1:${tcp[index]},nodelay`]
      return spawn(componentPath('socat'), ends, quiet)
    })
  }
  const config = join(folder, `${peer}.yaml`)
  if (peer === 'ser2net') {
    const entries = paths.map((path, index) => ser2netEntry(path, tcp[index]!, index))
    writeFileSync(config, entries.join(''))
    return [spawn(componentPath('ser2net'), ['-n', '-c', config], quiet)]
  }
  const entries = paths.map((path, index) => {
    return `  p${index}: { serial: ${path}, speaks: bytes, tcp: '127.0.0.1:${tcp[index]}' }\n`
  })
  writeFileSync(config, `version: 1\nports:\n${entries.join('')}`)
  const profile = (process.env['BRIDGE_NODE_FLAGS'] ?? '').split(' ').filter((one) => one !== '')
  const node = [...profile, cli, 'bridge', config]
  return [spawn(process.execPath, node, { stdio: ['ignore', 'ignore', 'ignore'] })]
}

/** Buffers of 64 KiB and no waiting for more characters: its defaults are slower by far. */
function ser2netEntry(path: string, port: number, index: number): string {
  return [
    `connection: &p${index}`,
    `  accepter: tcp(nodelay),127.0.0.1,${port}`,
    `  connector: serialdev,${path},115200n81,local`,
    '  options:',
    '    chardelay: false',
    '    dev-to-net-bufsize: 65536',
    '    net-to-dev-bufsize: 65536',
    '',
  ].join('\n')
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}

async function untilExit(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

function cpuSeconds(children: readonly ChildProcess[]): number {
  const ticks = children.map(({ pid }) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    return Number(fields[11]) + Number(fields[12])
  })
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS_PER_SECOND
}

function rssOf({ pid, exitCode }: ChildProcess): number {
  if (exitCode !== null) return 0
  return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES
}
