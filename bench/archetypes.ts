// The archetypes of examples/scenarios in their real-broker form: the very command that stands in
// the head of each file, against a Mosquitto of its own, and the verdict that came of it.
//
//   npx tsx --conditions=dev bench/archetypes.ts [--jobs N] [01 05 ...]
//
// Default: all, one after the other. Bounded by the durations of the commands: about half an hour.

import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Mosquitto } from '../test/support/mosquitto.ts'

const FOLDER = 'examples/scenarios/archetypes'
const COMMAND = /^# +npx motewire sim (\S+\.yaml)((?: --\S+ \S+)*) --broker (\S+)(.*)$/m

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { jobs: { type: 'string', default: '1' } },
})
const isAsked = (name: string): boolean =>
  positionals.length === 0 || positionals.includes(name.slice(0, 2))
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml') && isAsked(name))

async function runOne(name: string): Promise<void> {
  const [, file, before = '', , after = ''] = COMMAND.exec(
    readFileSync(join(FOLDER, name), 'utf8'),
  )!
  await using broker = await Mosquitto.start({ persistence: true })
  const words = `${before}${after}`.split(' ').filter((word) => word !== '')
  const args = ['sim', join(FOLDER, file!), '--broker', broker.url, '--quiet', ...words]
  const startedAt = performance.now()
  const { code, said } = await motewire(args)
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0)
  process.stdout.write(`--- ${name}${before}${after}: exit code ${code} after ${seconds} s\n`)
  process.stdout.write(said)
}

function motewire(args: readonly string[]): Promise<{ code: number | string; said: string }> {
  const main = ['--import', 'tsx', '--conditions=dev', 'cli/main.ts']
  return new Promise((resolve) => {
    execFile(process.execPath, [...main, ...args], (error, out, err) => {
      resolve({ code: error?.code ?? 0, said: `${err}${out}` })
    })
  })
}

const jobs = Array.from({ length: Number(values.jobs) }, async () => {
  for (let name = files.shift(); name !== undefined; name = files.shift()) await runOne(name)
})
await Promise.all(jobs)
