// What changed between two texts, line by line, by their longest common run of lines. Pure.

/**
 * Both texts as one: lines that only the one before has begin with `-`, new ones with `+`.
 * O(lines of one * lines of the other), at most 1,024 each (4 KiB of hex is 512).
 */
export function changedLines(before: string, after: string): string {
  const [old, now] = [before.split('\n').slice(0, 1024), after.split('\n').slice(0, 1024)]
  const width = now.length + 1
  const common = new Uint16Array((old.length + 1) * width)
  for (let row = old.length - 1; row >= 0; row--) {
    for (let column = now.length - 1; column >= 0; column--) {
      const at = row * width + column
      common[at] =
        old[row] === now[column]
          ? common[at + width + 1]! + 1
          : Math.max(common[at + width]!, common[at + 1]!)
    }
  }
  const isGone = (row: number, column: number): boolean => {
    const at = row * width + column
    if (column === now.length) return true
    return row < old.length && common[at + width]! >= common[at + 1]!
  }
  const lines: string[] = []
  let [row, column] = [0, 0]
  while (row < old.length || column < now.length) {
    if (row < old.length && column < now.length && old[row] === now[column]) {
      lines.push(`  ${now[column]}`)
      row++
      column++
    } else if (isGone(row, column)) {
      lines.push(`- ${old[row++]}`)
    } else lines.push(`+ ${now[column++]}`)
  }
  return lines.join('\n')
}
