// Reports into files, the format chosen by the ending of the name. Written beside the file and then
// moved over it: an old report stays whole until the new one is. Whether the folder takes files is
// tried before the run, because afterwards it is too late. Besides read-report.ts the only file of
// this room that touches the disk.

import { access, constants, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, extname } from 'node:path'
import { MotewireError } from '@motewire/sdk/errors'
import { formatCsv } from './csv-report.ts'
import type { DeviceRow } from './csv-report.ts'
import { formatHtml } from './html-report.ts'
import { formatJunit } from './junit-report.ts'
import type { Report } from './report.ts'

type Format = (report: Report, devices: Iterable<DeviceRow>) => string

const FORMATS: Readonly<Record<string, Format>> = {
  '.json': formatJson,
  '.html': formatHtml,
  '.xml': formatJunit,
  '.csv': (_, devices) => formatCsv(devices),
}

/** The whole report, indented. */
export function formatJson(report: Report): string {
  return `${JSON.stringify(report, undefined, 2)}\n`
}

/**
 * Tells before a long run whether its report can be written in the end, as far as name and folder
 * say.
 * @throws MotewireError `ERR_REPORT_FORMAT` for an ending of no format, `ERR_REPORT_UNWRITABLE`.
 */
export async function checkReportPath(path: string): Promise<void> {
  formatFor(path)
  try {
    const folder = dirname(path)
    await access(folder, constants.W_OK)
    // A path through a file is told by the system only when it is a folder that was asked for.
    await stat(`${folder}/.`)
  } catch (error) {
    throw unwritable(path, error)
  }
}

/**
 * @param devices one a device, for `.csv`.
 * @throws MotewireError `ERR_REPORT_FORMAT` for an ending of no format, `ERR_REPORT_UNWRITABLE`
 *   when the disk does not take it; the reason is the `cause`.
 */
export async function writeReport(
  path: string,
  report: Report,
  devices: Iterable<DeviceRow> = [],
): Promise<void> {
  const text = formatFor(path)(report, devices)
  const draft = `${path}.${process.pid}.tmp`
  try {
    await writeFile(draft, text)
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw unwritable(path, error)
  }
}

function unwritable(path: string, error: unknown): MotewireError {
  const { code, message } = error as NodeJS.ErrnoException
  const reason = REASONS[code ?? ''] ?? message
  const told = `report ${path} cannot be written: ${reason}`
  return new MotewireError('ERR_REPORT_UNWRITABLE', told, { retryable: true, cause: error })
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
