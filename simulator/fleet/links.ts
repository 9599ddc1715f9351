// From the link settings of a scenario's groups to the link models that their devices share.

import type { DeviceGroup, FleetPlan } from '../scenario/index.ts'
import { completeLink, IDEAL_LINK, LinkModel } from '../world/index.ts'
import type { LinkRule, LinkSettings } from '../world/index.ts'

/** A group as far as its link goes. */
type Linked = DeviceGroup & { readonly link?: LinkSettings | undefined }

/** What the scenario says about a group's link. */
export function linkOf(group: Linked): LinkSettings | undefined {
  return group.link
}

/**
 * One model a group.
 * @param fallback for groups without a link; undefined: a line that adds nothing.
 * @param shared rules for what comes down, of a broker that is slow.
 */
export function linkModels(
  plan: FleetPlan,
  fallback: LinkSettings | undefined,
  shared: readonly LinkRule[],
): LinkModel[] {
  return plan.groups.map((group) => {
    const settings = linkOf(group) ?? fallback
    return new LinkModel(settings === undefined ? IDEAL_LINK : completeLink(settings), shared)
  })
}
