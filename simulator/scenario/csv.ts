// CSV as RFC 4180 has it, and as spreadsheets write it: first line names, quotes where needed,
// comma or semicolon. It does not know what the columns mean. O(length).

export interface Csv {
  readonly columns: readonly string[]
  /** Rows may be shorter than the first line. */
  readonly rows: readonly (readonly string[])[]
}

/** Empty lines are left out. */
export function parseCsv(text: string, rowsMax: number): Csv {
  const clean = text.replace(/^\uFEFF/, '')
  const [head = ''] = clean.split(/\r?\n/, 1)
  const separator = head.includes(';') && !head.includes(',') ? ';' : ','
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, plain = '', end] of clean.matchAll(CELLS[separator])) {
    row.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'))
    if (end === separator) continue
    if (row.some((cell) => cell !== '')) rows.push(row)
    row = []
    if (rows.length > rowsMax + 1) throw new Error(`more than ${rowsMax} rows`)
    if (end === '') break
  }
  const [columns = [], ...rest] = rows
  return { columns, rows: rest }
}

/** A cell, in quotes or not, and what ends it: the separator, a line break, or the end. */
const CELLS = {
  ',': /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|\r|$)/g,
  ';': /(?:"((?:[^"]|"")*)"|([^;\r\n]*))(;|\r?\n|\r|$)/g,
} as const
