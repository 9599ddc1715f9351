// A process is killed with SIGKILL while it writes and compacts its journal, over and over: each
// time the journal holds all that was committed, at most one change more, and nothing else. The
// lock of the dead never stands in the way.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { journal } from '@motewire/sdk'
import { Prng } from '@motewire/sdk/kit'
import { bundleProgram } from '../../../support/bundle.ts'

const KILLS = 25
const REPORTS_MAX = 300
const SEED = Number(process.env['MOTEWIRE_SEED'] ?? Date.now() % 1_000_000)
const WRITER = fileURLToPath(new URL('journal-writer.ts', import.meta.url))

let folder = ''
let writer = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'motewire-'))
  writer = join(folder, 'writer.mjs')
  bundleProgram(WRITER, writer)
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs the writer until it has reported so often, kills it, and answers the last report. */
async function writeUntilKilled(path: string, fsync: string, reports: number): Promise<number> {
  const child = fork(writer, [path, fsync])
  let last = 0
  let count = 0
  child.on('message', (serial: number) => {
    last = serial
    if (++count === reports) child.kill('SIGKILL')
  })
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  if (signal !== 'SIGKILL') throw new Error(`the writer ended by itself with ${code}`)
  return last
}

describe.each(['before-send', 'never'])('a journal with fsync %s', (fsync) => {
  it(`survives ${KILLS} kills of its process`, async () => {
    console.log(`kills drawn from MOTEWIRE_SEED=${SEED}`)
    const prng = new Prng(SEED)
    const path = join(folder, `${fsync}.journal`)
    for (let kill = 0; kill < KILLS; kill++) {
      const reports = 1 + prng.below(REPORTS_MAX)
      const committed = await writeUntilKilled(path, fsync, reports)
      const store = journal(path)
      const errors: Error[] = []
      const { lastSerial, messages } = store.open({
        onCommitted: () => undefined,
        onStoreFailed: (error) => errors.push(error),
      })
      await store.close()
      expect(errors).toEqual([])
      expect(lastSerial).toBeGreaterThanOrEqual(committed)
      const serials = messages.map(({ serial }) => serial)
      const count = Math.min(lastSerial, serials.length)
      expect(count).toBeGreaterThanOrEqual(Math.min(lastSerial, 20))
      expect(count).toBeLessThanOrEqual(21)
      expect(serials).toEqual(Array.from({ length: count }, (_, i) => lastSerial - count + 1 + i))
      for (const { serial, payload } of messages) {
        expect(Buffer.from(payload).toString()).toBe(`payload of ${serial}`)
      }
    }
  }, 120_000)
})
