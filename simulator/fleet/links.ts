// From what a scenario says about links to the link models that devices share, and what it says
// about the broker's faults.

import type { FleetPlan } from '../scenario/index.ts'
import { completeLink, LinkModel } from '../world/index.ts'
import type { BrokerFault, CompleteLink, LinkRule } from '../world/index.ts'

/**
 * One model a group.
 * @param fallback for groups without a link; undefined: no link, hence no model.
 * @param shared rules for what comes down, of a broker that is slow.
 */
export function linkModels(
  plan: FleetPlan,
  fallback: CompleteLink | undefined,
  shared: readonly LinkRule[] = [],
): (LinkModel | undefined)[] {
  return plan.groups.map(({ link }) => {
    const settings = link === undefined ? fallback : completeLink(link)
    return settings === undefined ? undefined : new LinkModel(settings, shared)
  })
}

export function faultsOf(plan: FleetPlan): readonly BrokerFault[] {
  return plan.scenario.faults
}
