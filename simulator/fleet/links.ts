// From the link settings of a scenario's groups to the link models that their devices share.

import type { DeviceGroup, FleetPlan } from '../scenario/index.ts'
import { completeLink, LinkModel } from '../world/index.ts'
import type { CompleteLink, LinkRule, LinkSettings } from '../world/index.ts'

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
