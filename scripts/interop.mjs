// `npm run interop`: installs the brokers of the compatibility matrix and runs the suite against
// all of them. With `--write` it writes docs/compatibility.md from what was seen. It does not know
// the brokers: scripts/components.mjs lists what is needed, test/interop/brokers what is asked.

import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { installCommand } from './components.mjs'
import { ensureComponents, ensurePackages, ROOT } from './install.mjs'

main(process.argv.slice(2))

function main(args) {
  const unknown = args.find((arg) => arg !== '--write')
  if (unknown !== undefined) {
    console.error(`unknown option ${unknown}; there is only --write`)
    process.exit(2)
  }
  ensurePackages()
  const missing = ensureComponents()
  if (missing.length > 0) console.log(`missing, to have them: ${installCommand(missing)}`)
  rmSync(join(ROOT, 'test', 'output', 'interop'), { recursive: true, force: true })
  const isWriting = args.includes('--write')
  // The document is about to be written, so it is not held to anything yet.
  const rest = isWriting ? ['--exclude', '**/matrix.test.ts'] : []
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
  const suite = ['run', '--project', 'interop', 'test/interop/brokers', ...rest]
  const isFine = runNode([vitest, ...suite])
  if (!isFine) process.exit(1)
  if (!isWriting) return
  const writer = join('test', 'interop', 'brokers', 'write-matrix.ts')
  if (!runNode(['--import', 'tsx', '--conditions=dev', writer])) process.exit(1)
}

function runNode(args) {
  return spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status === 0
}
