// From what a scenario says about links to the link models that devices share, and what it says
// about the broker's faults.

import type { DeviceGroup, FleetPlan, Scenario } from '../scenario/index.ts'
import { completeLink, LinkModel } from '../world/index.ts'
import type { BrokerFault, CompleteLink, LinkRule, LinkSettings } from '../world/index.ts'

/** A group as far as its link goes. */
type Linked = DeviceGroup & { readonly link?: LinkSettings | undefined }

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
  return plan.groups.map(({ link }: Linked) => {
    const settings = link === undefined ? fallback : completeLink(link)
    return settings === undefined ? undefined : new LinkModel(settings, shared)
  })
}

/** A scenario as far as the broker's faults go. */
type Faulty = Scenario & { readonly faults?: readonly BrokerFault[] | undefined }

export function faultsOf(plan: FleetPlan): readonly BrokerFault[] {
  const { faults = [] }: Faulty = plan.scenario
  return faults
}
