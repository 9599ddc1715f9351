// A process can end once its channels are closed: no timer, socket or handle stays.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { LINKS } from './links.ts'

const CHILD = fileURLToPath(new URL('exit-child.ts', import.meta.url))
/** From the last close to the end of the process. */
const LINGER_MS_MAX = 2_000

it('lets the process end when the channels of all links are closed', async () => {
  const args = ['--import', 'tsx', '--conditions=dev', CHILD]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  let closedAtMs = 0
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    closedAtMs = performance.now()
  })
  const [code] = await once(child, 'exit', { signal: AbortSignal.timeout(14_000) })
  expect(output).toBe(`${LINKS.length} links closed\n`)
  expect(code).toBe(0)
  expect(performance.now() - closedAtMs).toBeLessThan(LINGER_MS_MAX)
})
