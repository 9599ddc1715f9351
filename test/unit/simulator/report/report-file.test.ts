// Reports into files.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkReportPath, writeReport } from '../../../../simulator/report/index.ts'
import { reportOf } from './sample.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'motewire-report-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('writeReport', () => {
  it.each(['run.json', 'RUN.JSON'])('writes %s', async (name) => {
    const path = join(folder, name)
    await writeReport(path, reportOf())
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(reportOf())
    expect(readdirSync(folder)).toEqual([name])
  })

  it('replaces an older report', async () => {
    const path = join(folder, 'run.json')
    writeFileSync(path, 'old')
    await writeReport(path, reportOf())
    expect(JSON.parse(readFileSync(path, 'utf8')).scenario).toBe('office building')
  })

  it('tells a folder that does not exist', async () => {
    const path = join(folder, 'none', 'run.json')
    await expect(writeReport(path, reportOf())).rejects.toMatchObject({
      code: 'ERR_REPORT_UNWRITABLE',
      message: `report ${path} cannot be written: no such folder`,
      cause: { code: 'ENOENT' },
    })
  })

  it('leaves nothing behind when the file is a folder', async () => {
    const path = join(folder, 'run.json')
    mkdirSync(path)
    await expect(writeReport(path, reportOf())).rejects.toThrow('it is a folder')
    expect(readdirSync(folder)).toEqual(['run.json'])
  })
})

describe('the ending', () => {
  it.each([
    ['run.txt', 'the ending .txt'],
    ['run', 'no ending'],
    ['.json', 'no ending'],
    ['run.json.gz', 'the ending .gz'],
  ])('of %s is refused', async (path, found) => {
    const message = `report ${path} has ${found}, expected .json, .html, .xml, .csv`
    await expect(checkReportPath(path)).rejects.toThrow(message)
    await expect(writeReport(path, reportOf())).rejects.toMatchObject({
      code: 'ERR_REPORT_FORMAT',
      message,
    })
  })

  it.each(['run.json', 'run.html', 'run.xml', 'run.csv'])('of %s is fine', async (name) => {
    await expect(checkReportPath(join(folder, name))).resolves.toBeUndefined()
  })
})

describe('the folder', () => {
  it('is missed before the run, not after it', async () => {
    await expect(checkReportPath(join(folder, 'none', 'run.json'))).rejects.toMatchObject({
      code: 'ERR_REPORT_UNWRITABLE',
      message: `report ${join(folder, 'none', 'run.json')} cannot be written: no such folder`,
    })
  })

  it('is refused when it is a file', async () => {
    writeFileSync(join(folder, 'file'), '')
    await expect(checkReportPath(join(folder, 'file', 'run.json'))).rejects.toThrow(
      'no such folder',
    )
  })
})
