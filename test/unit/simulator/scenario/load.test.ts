// Reading scenario files from disk.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadScenario, ScenarioError } from '../../../../simulator/scenario/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'motewire-scenario-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('loadScenario', () => {
  it('reads a file and takes overrides', async () => {
    const path = join(folder, 'office.yaml')
    writeFileSync(path, 'version: 1\ngroups: { a: { count: 2 } }\n')
    const scenario = await loadScenario(path, { duration: '5s' })
    expect(scenario).toMatchObject({ name: 'office', fileName: path, durationMs: 5_000 })
  })

  it('names a file that does not exist', async () => {
    const path = join(folder, 'none.yaml')
    const error = await loadScenario(path).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ScenarioError)
    expect(error).toMatchObject({
      message: `${path}: found no such file, expected a scenario file that can be read`,
      cause: { code: 'ENOENT' },
    })
  })

  it('names a folder', async () => {
    await expect(loadScenario(folder)).rejects.toThrow(`${folder}: found a folder, expected`)
  })
})
