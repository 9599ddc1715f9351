// Brings a fresh clone to the state in which it can run: npm packages as the lockfile says, and on
// Debian as root the programs that some tests need. Does nothing when nothing is missing; it does
// not know what they are needed for. Plain Node, because it runs before any package is there.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  COMPONENTS,
  findComponent,
  installCommand,
  isTurnedOff,
  locateComponent,
} from './components.mjs'

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url))

const NODE_MINIMUM = [20, 19]
const INSTALL_MINUTES_MAX = 8
/** What is optional must not eat the time of the tests. */
const OPTIONAL_MINUTES_MAX = 3

/** Runs `npm ci` unless node_modules already holds what package-lock.json lists. */
export function ensurePackages() {
  requireNode()
  if (hasPackages()) return
  console.log('installing npm packages (npm ci)')
  // A silent outer npm would make this one silent too, and its errors invisible.
  const result = npm(['ci', '--loglevel=notice'])
  if (result.status === 0) return
  console.error('npm ci failed: the npm packages are not installed')
  process.exit(1)
}

/** Runs npm in the repository with its output visible. */
export function npm(args, options = {}) {
  const self = process.env['npm_execpath'] ?? ''
  const isNpm = basename(self) === 'npm-cli.js'
  const [command, first] = isNpm ? [process.execPath, [self]] : ['npm', []]
  return spawnSync(command, [...first, ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    shell: !isNpm && process.platform === 'win32',
    ...options,
  })
}

/** Installs missing components when root on Debian; answers the names of those still missing. */
export function ensureComponents() {
  // A component that its variable turns off is meant to be missing.
  const wanted = COMPONENTS.filter((one) => !isTurnedOff(one.name) && !findComponent(one))
  const isDebianRoot = existsSync('/etc/debian_version') && process.getuid?.() === 0
  if (wanted.length > 0 && isDebianRoot) installDebian(wanted)
  return COMPONENTS.filter(({ name }) => locateComponent(name) === undefined).map(
    ({ name }) => name,
  )
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [needMajor, needMinor] = NODE_MINIMUM
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return
  console.error(`Node ${NODE_MINIMUM.join('.')} or newer is needed, this is ${process.version}`)
  process.exit(1)
}

/** npm writes what it installed into node_modules; optional packages depend on the platform. */
function hasPackages() {
  const hidden = join(ROOT, 'node_modules', '.package-lock.json')
  if (!existsSync(hidden)) return false
  const installed = JSON.parse(readFileSync(hidden, 'utf8')).packages
  const locked = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages
  return Object.entries(locked)
    .filter(([path, entry]) => path.includes('node_modules/') && !isPlatformBound(entry))
    .every(([path, entry]) => installed[path]?.version === entry.version)
}

function isPlatformBound(entry) {
  return entry.optional === true || entry.devOptional === true
}

/** Optional ones in a step of their own, so that their failure leaves the others alone. */
function installDebian(components) {
  withoutServices(() => {
    runShell('apt-get update -q', INSTALL_MINUTES_MAX)
    const needed = components.filter(({ isOptional = false }) => !isOptional)
    const optional = components.filter(({ isOptional = false }) => isOptional)
    installPackages(needed, INSTALL_MINUTES_MAX)
    installPackages(optional, OPTIONAL_MINUTES_MAX)
  })
}

function installPackages(components, minutesMax) {
  if (components.length === 0) return
  const names = components.map(({ name }) => name)
  const command = installCommand(names).replace('install', 'install -y -q')
  console.log(`installing ${names.join(', ')} (${command})`)
  if (!runShell(command, minutesMax)) console.error(`this did not succeed: ${command}`)
}

function runShell(line, minutesMax) {
  const options = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: minutesMax * 60_000,
  }
  return spawnSync('sh', ['-c', line], options).status === 0
}

/**
 * The packages bring daemons that would start at once (a broker on port 1883); Debian's own hook
 * for that, /usr/sbin/policy-rc.d, forbids it while we install.
 */
function withoutServices(work) {
  const hook = '/usr/sbin/policy-rc.d'
  const isOurs = !existsSync(hook)
  if (isOurs) writeFileSync(hook, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    work()
  } finally {
    if (isOurs) rmSync(hook, { force: true })
  }
}
