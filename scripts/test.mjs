// `npm test`: every check there is, cheapest first, stopping at the first step that fails. Installs
// what is missing before it begins. `npm test -- unit property` runs only those vitest projects;
// everything from the first argument that is not a project's name goes to vitest as it stands.
//
// The last line is always `N passed, N failed, N skipped`: each step that is not vitest counts as
// one, vitest counts its tests.

import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { installCommand, switchOf, COMPONENTS } from './components.mjs'
import { ensureComponents, ensurePackages, npm, ROOT } from './install.mjs'

/** In the order in which they run: cheap ones first, timing-sensitive ones by themselves. */
const PROJECTS = [
  'tidy',
  'unit',
  'property',
  'conformance',
  'simulation',
  'contract',
  'docs',
  'interop',
  'browser',
  'allocation',
  'package',
]
const VITEST_MINUTES_MAX = 15
const OUTPUT = join(ROOT, 'test', 'output')

/** What a step adds to the count: `name` is what the summary calls it. */
const done = []

main(process.argv.slice(2))

function main(args) {
  const { projects, rest } = readArguments(args)
  ensurePackages()
  if (!reportComponents(ensureComponents())) return finish()
  mkdirSync(OUTPUT, { recursive: true })
  for (const step of planSteps(projects, rest)) {
    console.log(`\n── ${step.name}`)
    const began = performance.now()
    const outcome = step.run()
    done.push({ name: step.name, seconds: (performance.now() - began) / 1000, ...outcome })
    if (outcome.failed > 0) break
  }
  finish()
}

function readArguments(args) {
  const end = args.findIndex((arg) => !PROJECTS.includes(arg))
  const projects = end === -1 ? args : args.slice(0, end)
  const rest = end === -1 ? [] : args.slice(end)
  if (rest[0] === undefined || rest[0].startsWith('-')) return { projects, rest }
  console.error(`no test project is called ${rest[0]}; there are ${PROJECTS.join(', ')}`)
  process.exit(2)
}

/** Says what is missing and how to get it. False when that already fails the run. */
function reportComponents(missing) {
  for (const { name } of COMPONENTS)
    process.env[switchOf(name)] = missing.includes(name) ? '0' : '1'
  if (missing.length === 0) return true
  console.log(`missing: ${missing.join(', ')}. Their tests are skipped.`)
  console.log(`To run them: ${installCommand(missing)}`)
  const isNeeded = ({ name, isOptional = false }) => missing.includes(name) && !isOptional
  if (process.env['CI'] !== 'true' || !COMPONENTS.some(isNeeded)) return true
  console.log('With CI=true a missing component is a failure.')
  done.push({ name: 'components', seconds: 0, passed: 0, failed: 1, skipped: 0 })
  return false
}

function planSteps(projects, rest) {
  const isWhole = projects.length === 0 && rest.length === 0
  const chosen = projects.length === 0 ? PROJECTS : projects
  const quick = chosen.filter((name) => name !== 'package')
  const steps = []
  if (isWhole) steps.push(script('fmt:check'), script('lint'), script('check'), script('unused'))
  if (quick.length > 0) steps.push(vitest('tests', quick, rest))
  // The package tests look at what is published, so it is made first.
  if (chosen.includes('package')) steps.push(script('build'), vitest('package', ['package'], rest))
  return steps
}

/** A script of package.json as a step. */
function script(name) {
  const run = () => {
    const passed = npm(['run', '--silent', name]).status === 0
    return { passed: Number(passed), failed: Number(!passed), skipped: 0 }
  }
  return { name, run }
}

function vitest(name, projects, rest) {
  const run = () => {
    const file = join(OUTPUT, `${name}.json`)
    rmSync(file, { force: true })
    const program = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    const selected = projects.flatMap((project) => ['--project', project])
    const child = spawnSync(
      process.execPath,
      [program, 'run', ...selected, ...reporters, ...rest],
      {
        cwd: ROOT,
        stdio: 'inherit',
        timeout: VITEST_MINUTES_MAX * 60_000,
      },
    )
    if (child.error) console.error(`vitest did not finish: ${child.error.message}`)
    return countTests(file, child.status === 0)
  }
  return { name, run }
}

/** A run that broke without a failed test (a file that does not load) still counts one failure. */
function countTests(file, isFine) {
  const report = readReport(file)
  const passed = report?.numPassedTests ?? 0
  const failed = report?.numFailedTests ?? 0
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0)
  return { passed, failed: isFine ? failed : Math.max(failed, 1), skipped }
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

function finish() {
  console.log('')
  for (const { name, seconds, passed, failed, skipped } of done) {
    const count = skipped > 0 ? `${passed} passed, ${skipped} skipped` : `${passed} passed`
    const verdict = failed > 0 ? `FAILED (${failed})` : 'ok'
    console.log(`${name.padEnd(10)} ${seconds.toFixed(1).padStart(6)} s  ${verdict}, ${count}`)
  }
  const sum = (key) => done.reduce((total, step) => total + step[key], 0)
  const skipped = sum('skipped')
  const tail = skipped > 0 ? `, ${skipped} skipped` : ''
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed${tail}`)
  process.exitCode = sum('failed') > 0 || sum('passed') === 0 ? 1 : 0
}
