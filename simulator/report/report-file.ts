// Reports into files, the format chosen by the ending of the name. Written beside the file and then
// moved over it: an old report stays whole until the new one is. The only file of this room that
// touches the disk.

import { rename, rm, writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { MotewireError } from '@motewire/sdk/errors'
import type { Report } from './report.ts'

type Format = (report: Report) => string

const FORMATS: Readonly<Record<string, Format>> = { '.json': formatJson }

/** The whole report, indented. */
export function formatJson(report: Report): string {
  return `${JSON.stringify(report, undefined, 2)}\n`
}

/**
 * Tells before a long run whether its report can be written in the end, as far as the name says.
 * @throws MotewireError `ERR_REPORT_FORMAT` for an ending of no format.
 */
export function checkReportPath(path: string): void {
  formatFor(path)
}

/**
 * @throws MotewireError `ERR_REPORT_FORMAT` for an ending of no format, `ERR_REPORT_UNWRITABLE`
 *   when the disk does not take it; the reason is the `cause`.
 */
export async function writeReport(path: string, report: Report): Promise<void> {
  const text = formatFor(path)(report)
  const draft = `${path}.${process.pid}.tmp`
  try {
    await writeFile(draft, text)
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    const { code, message } = error as NodeJS.ErrnoException
    const reason = REASONS[code ?? ''] ?? message
    const told = `report ${path} cannot be written: ${reason}`
    throw new MotewireError('ERR_REPORT_UNWRITABLE', told, { retryable: true, cause: error })
  }
}

function formatFor(path: string): Format {
  const ending = extname(path)
  const format = FORMATS[ending.toLowerCase()]
  if (format) return format
  const found = ending === '' ? 'no ending' : `the ending ${ending}`
  const known = Object.keys(FORMATS).join(', ')
  throw new MotewireError('ERR_REPORT_FORMAT', `report ${path} has ${found}, expected ${known}`)
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such folder',
  ENOTDIR: 'no such folder',
  EISDIR: 'it is a folder',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
}
