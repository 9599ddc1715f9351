// How the process does that the console runs in: memory, share of a core, how late its event loop
// is. Sampled once a second by whoever calls; O(1).

import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { IntervalHistogram } from 'node:perf_hooks'
import type { ProcessView } from '../views.ts'

const RESOLUTION_MS = 10

export class ProcessMeter {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  #cpu: NodeJS.CpuUsage = process.cpuUsage()
  #atMs: number = performance.now()
  #cpuShare = 0
  #loopDelayMs = 0

  start(): void {
    this.#delay.enable()
  }

  stop(): void {
    this.#delay.disable()
  }

  /** Ends one second and begins the next. */
  sample(): void {
    const now = performance.now()
    const cpu = process.cpuUsage()
    const usedMs = (cpu.user - this.#cpu.user + cpu.system - this.#cpu.system) / 1000
    this.#cpuShare = usedMs / Math.max(1, now - this.#atMs)
    // The histogram counts whole intervals: what is beyond one of them is the delay.
    this.#loopDelayMs = Math.max(0, this.#delay.percentile(99) / 1e6 - RESOLUTION_MS)
    this.#delay.reset()
    this.#cpu = cpu
    this.#atMs = now
  }

  view(storeBytes: number | undefined): ProcessView {
    const { rss, heapUsed } = process.memoryUsage()
    return {
      nodeVersion: process.version,
      uptimeMs: Math.round(process.uptime() * 1000),
      rssBytes: rss,
      heapBytes: heapUsed,
      cpuShare: this.#cpuShare,
      loopDelayMs: this.#loopDelayMs,
      storeBytes: storeBytes ?? null,
    }
  }
}
