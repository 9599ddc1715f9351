// Tables for terminals: the first column left-aligned, the others right-aligned, two spaces apart.
// Widths are counted in characters; it does not know colours.

/** Lines of equal length. Rows may be shorter than the first. */
export function formatTable(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
    }
  }
  return rows.map((row) => {
    return widths
      .map((width, column) => {
        const cell = row[column] ?? ''
        return column === 0 ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  ')
  })
}
