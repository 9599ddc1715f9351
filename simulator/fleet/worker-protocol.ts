// What the coordinator and its workers say to each other. Plain data.

import type { FleetSnapshot } from '../report/index.ts'
import { expand } from '../scenario/index.ts'
import type { FleetPlan, Scenario } from '../scenario/index.ts'
import type { DeviceState } from './device-state.ts'
import type { RunSpec } from './run.ts'
import type { EncodedPart } from './run-part.ts'

export interface WorkerJob extends Omit<RunSpec, 'plan' | 'modules'> {
  readonly scenario: Scenario
  readonly shard: FleetPlan['shard']
}

export type ToWorker =
  | { readonly kind: 'prepare'; readonly job: WorkerJob }
  | { readonly kind: 'start' }
  /** Tell how the devices are. */
  | { readonly kind: 'look' }
  | { readonly kind: 'stop' }

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly snapshot: FleetSnapshot }
  | { readonly kind: 'states'; readonly states: readonly DeviceState[] }
  | { readonly kind: 'done'; readonly part: EncodedPart; readonly snapshot: FleetSnapshot }
  | { readonly kind: 'failed'; readonly message: string }

export function jobOf(
  { plan, modules: _modules, ...rest }: RunSpec,
  shard: FleetPlan['shard'],
): WorkerJob {
  return { ...rest, scenario: { ...plan.scenario, groups: plan.groups }, shard }
}

export function specOf({ scenario, shard, ...rest }: WorkerJob): RunSpec {
  return { ...rest, plan: expand(scenario, { shard }) }
}
