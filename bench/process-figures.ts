// What processes cost, as the kernel counts it (Linux, /proc): resident memory and processor time.
// Of any process, so that the one that measures need not be the one that works.

import { readdirSync, readFileSync } from 'node:fs'

export interface ProcessFigures {
  readonly rssBytes: number
  readonly cpuMs: number
}

/** USER_HZ and the page size of Linux on x86 and ARM servers. */
const MS_A_TICK = 10
const PAGE_BYTES = 4_096

/** Sums over processes; one that is gone counts nothing. */
export function figuresOf(pids: readonly number[]): ProcessFigures {
  const all = pids.map(figuresOfOne)
  return {
    rssBytes: all.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
    cpuMs: all.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
  }
}

function figuresOfOne(pid: number): ProcessFigures {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold anything; fields are counted from behind it (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const ticks = Number(fields[11]) + Number(fields[12])
    return { rssBytes: Number(fields[21]) * PAGE_BYTES, cpuMs: ticks * MS_A_TICK }
  } catch {
    return { rssBytes: 0, cpuMs: 0 }
  }
}

/** Children of this process whose command line names the program. */
export function childrenRunning(program: string): number[] {
  const own = String(process.pid)
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
        return parent === own && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(program)
      } catch {
        return false
      }
    })
    .map(Number)
}
