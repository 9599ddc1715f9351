// A part of a fleet's plan: the same fleet, another shard of it.

import { expand } from '../scenario/index.ts'
import type { FleetPlan } from '../scenario/index.ts'

/** @param shard of the whole fleet, not of the plan's own shard. */
export function partOfPlan(plan: FleetPlan, shard: FleetPlan['shard']): FleetPlan {
  // The plan's groups hold their numbers of devices, also when these are not the file's.
  return expand({ ...plan.scenario, groups: plan.groups }, { shard })
}

/** Part `number` of `parts`, within the shard that the plan is. */
export function subShard(plan: FleetPlan, number: number, parts: number): FleetPlan['shard'] {
  const { index, count } = plan.shard
  return { index: index + number * count, count: count * parts }
}
