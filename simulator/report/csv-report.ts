// One line a device, for spreadsheets and scripts: RFC 4180, comma, CRLF. The order of columns is
// part of the format; new ones come at the end. Lines stand in the order of the devices' numbers,
// whichever process ran a device and when.

/** What one device did. */
export interface DeviceRow {
  /** Number in the whole fleet, from 0. */
  readonly index: number
  readonly clientId: string
  readonly group: string
  readonly connected: boolean
  readonly reconnects: number
  readonly published: number
  readonly acked: number
  readonly lost: number
  readonly queued: number
}

const COLUMNS = [
  'clientId',
  'group',
  'connected',
  'reconnects',
  'published',
  'acked',
  'lost',
  'queued',
] as const satisfies readonly (keyof DeviceRow)[]

/** Headings, then a line for each device. O(n log n). */
export function formatCsv(rows: Iterable<DeviceRow>): string {
  let text = `${COLUMNS.join(',')}\r\n`
  for (const row of [...rows].toSorted((one, other) => one.index - other.index))
    text += `${COLUMNS.map((column) => cell(row[column])).join(',')}\r\n`
  return text
}

function cell(value: string | number | boolean): string {
  const text = String(value)
  // A client id that begins like a formula must not become one in a spreadsheet.
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
