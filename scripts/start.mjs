// `npm start`: the main job on a fresh clone. Installs the npm packages when they are missing,
// builds the console's page, and runs the demo; further arguments go to the demo command.
// Plain Node without dependencies, because nothing may be installed yet.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runAsOnlyChild } from './child.mjs'
import { ensurePackages, ROOT } from './install.mjs'

ensurePackages()

const page = join(ROOT, 'console', 'page', 'build.mjs')
if (existsSync(page)) {
  const built = spawnSync(process.execPath, [page], { cwd: ROOT, stdio: 'inherit' })
  if (built.status !== 0) {
    console.error('the console page could not be built')
    process.exit(1)
  }
}

const loader = ['--import', 'tsx', '--conditions=dev']
runAsOnlyChild([...loader, join('cli', 'main.ts'), 'demo', ...process.argv.slice(2)], ROOT)
