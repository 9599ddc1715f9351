// What all ways of running a fleet have in common: in virtual time, in real or scaled time, over
// worker processes. And the description of a run, plain data that crosses a process border.

import type { Modules } from '../device/index.ts'
import type { FleetInspection } from '../report/index.ts'
import type { FleetPlan, ScenarioClock } from '../scenario/index.ts'
import type { LinkSettings } from '../world/index.ts'
import type { DevicesInspection } from './device-state.ts'
import type { RunPart } from './run-part.ts'

export interface Run extends FleetInspection, DevicesInspection {
  /** Runs to the end; answers what was counted. Called once. */
  run(): Promise<RunPart>
  /**
   * Ends the run early, in good order: `run` then settles. Called again, it waits no longer for
   * what is under way.
   */
  stop(): void
}

export interface RunSpec {
  readonly plan: FleetPlan
  /** The TypeScript that the scenario names, loaded. */
  readonly modules?: Modules | undefined
  /** As of Modules.load, for worker processes, which load them anew. */
  readonly uartBridge?: string | undefined
  readonly clock: ScenarioClock
  /** Where devices connect, in turn; none: the broker in the process of the fleet. */
  readonly brokerUrls: readonly string[]
  /** Source addresses of connections, in turn; none: the system's choice. */
  readonly sources: readonly string[]
  /** Undefined: until `stop`. */
  readonly durationMs: number | undefined
  /** Longest wait for what is under way at the end, in the time of the run. */
  readonly drainMs: number
  /** Of groups that have no link of their own. */
  readonly link: LinkSettings | undefined
}
