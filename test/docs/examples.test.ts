// Every example of the SDK runs to its end against a real broker of ours and says what its header
// promises.

import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Broker } from '@motewire/simulator/broker'
import { Program } from '../support/programs.ts'

const FOLDER = 'examples/sdk'
/** What each one must say. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  'credentials.ts': ['attempt 2 at', 'after ERR_LINK_REFUSED', 'connected as motewire-'],
  'handlers.ts': ['jobs/a done: work', 'news/today: three jobs'],
  'journal.ts': ['messages wait from before', 'delivered number'],
  'metered-link.ts': ['messages,', 'bytes,', 'round trip'],
  'offline-queue.ts': ['queued', 'pump/alarm: delivered', 'pump/bar/3: delivered'],
  'request.ts': ['uptime: 42 days', 'ERR_OPERATION_TIMEOUT'],
}

let broker: Broker
let url: string

beforeAll(async () => {
  broker = new Broker({ port: 0 })
  url = `mqtt://127.0.0.1:${(await broker.start()).port}`
})

afterAll(() => broker.stop())

describe('the examples of the SDK', () => {
  it('are all listed here', () => {
    expect(readdirSync(FOLDER).toSorted((a, b) => a.localeCompare(b))).toEqual(Object.keys(WORDS))
  })

  it.each(Object.entries(WORDS))('%s runs', async (file, words) => {
    const args = ['--conditions=dev', '--import', 'tsx', `${FOLDER}/${file}`, url]
    const { code, out, err } = await new Program(process.execPath, args).finished
    expect(err).toBe('')
    for (const word of words) expect(out).toContain(word)
    expect(code).toBe(0)
  })
})
