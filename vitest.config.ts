// The test projects, one a folder of test/. Workspace packages resolve to their TypeScript sources
// through the `dev` condition of their manifests. Groups run one after the other: first what only
// computes, then what opens sockets and processes, and alone what measures.

import { defineConfig } from 'vitest/config'
import type { TestProjectInlineConfiguration } from 'vitest/config'

interface Project {
  readonly name: string
  /** Projects of one group run at the same time. */
  readonly group: number
  /** For one test. Waiting longer means that the awaited event never came. */
  readonly timeoutMs: number
  readonly execArgv?: string[]
  /** Files that run at the same time, the same for all of a group. Default 2. */
  readonly filesMax?: number
  /** Tests of one `describe.concurrent` that run at the same time. Default 5. */
  readonly concurrencyMax?: number
}

const PROJECTS: readonly Project[] = [
  { name: 'tidy', group: 0, timeoutMs: 30_000 },
  { name: 'unit', group: 0, timeoutMs: 5_000 },
  { name: 'property', group: 0, timeoutMs: 30_000 },
  { name: 'conformance', group: 0, timeoutMs: 10_000 },
  { name: 'simulation', group: 0, timeoutMs: 60_000 },
  { name: 'contract', group: 1, timeoutMs: 15_000 },
  { name: 'docs', group: 1, timeoutMs: 60_000 },
  { name: 'interop', group: 2, timeoutMs: 60_000, concurrencyMax: 12 },
  { name: 'browser', group: 3, timeoutMs: 60_000, filesMax: 1 },
  { name: 'allocation', group: 4, timeoutMs: 60_000, filesMax: 1, execArgv: ['--expose-gc'] },
  { name: 'package', group: 5, timeoutMs: 180_000, filesMax: 1 },
]

export default defineConfig({ test: { projects: PROJECTS.map(configure) } })

function configure(project: Project): TestProjectInlineConfiguration {
  return {
    resolve: { conditions: ['dev'] },
    ssr: { resolve: { conditions: ['dev'], externalConditions: ['dev'] } },
    test: {
      name: project.name,
      include: [`test/${project.name}/**/*.test.ts`],
      environment: 'node',
      pool: 'forks',
      // Timing and memory are only worth something while no other file is running. All others are
      // held to no time, and wait for sockets and processes more than they compute.
      maxWorkers: project.filesMax ?? 2,
      execArgv: project.execArgv ?? [],
      maxConcurrency: project.concurrencyMax ?? 5,
      testTimeout: project.timeoutMs,
      hookTimeout: project.timeoutMs,
      sequence: { groupOrder: project.group },
    },
  }
}
