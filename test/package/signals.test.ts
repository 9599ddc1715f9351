// `npm start` passes each press of Ctrl-C to the program exactly once, although the terminal sends
// it to the whole process group, and ends with the program's exit code.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../support/source-tree.ts'

/** Counts SIGINT until a moment after the first one, then says how many came and exits with 7. */
const PROGRAM = `
  let count = 0
  process.on('SIGINT', () => {
    count++
    if (count === 1) setTimeout(() => { console.log('signals', count); process.exit(7) }, 200)
  })
  setInterval(() => {}, 1000)
  console.log('ready')
`

const STARTER = `
  import { runAsOnlyChild } from ${JSON.stringify(join(ROOT, 'scripts', 'child.mjs'))}
  runAsOnlyChild(['--eval', process.argv[1]], process.cwd())
`

it('hands a signal that arrives twice in one moment to the program once', async () => {
  const args = ['--input-type=module', '--eval', STARTER, PROGRAM]
  const starter = spawn(process.execPath, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  starter.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (text.includes('ready')) {
      // What a terminal does, and then npm with the same key press.
      process.kill(-starter.pid!, 'SIGINT')
      process.kill(starter.pid!, 'SIGINT')
    }
  })
  const [code] = await once(starter, 'close')
  expect({ code, output }).toEqual({ code: 7, output: 'ready\nsignals 1\n' })
})
