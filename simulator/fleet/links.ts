// From what a scenario says about links to what makes the links of its devices, and which of its
// faults are the broker's.

import type { FleetPlan, LinkFault, OutageFault, ScenarioFault } from '../scenario/index.ts'
import { ChangingLink, completeLink, IDEAL_LINK, LinkModel } from '../world/index.ts'
import type {
  BrokerFault,
  CompleteLink,
  LinkChange,
  LinkRule,
  LinkSource,
  OutageSettings,
} from '../world/index.ts'

/**
 * One source a group.
 * @param fallback for groups without a link; undefined: no link, hence no source.
 * @param shared rules for what comes down, of a broker that is slow.
 */
export function linkSources(
  plan: FleetPlan,
  fallback: CompleteLink | undefined,
  shared: readonly LinkRule[] = [],
): (LinkSource | undefined)[] {
  const { faults } = plan.scenario
  return plan.groups.map(({ name, link }) => {
    const outages = faults
      .filter((one) => isOutage(one))
      .filter(concerns(name))
      .map(outageOf)
    const others = faults.filter((one) => isLink(one)).filter(concerns(name))
    const own = link === undefined ? fallback : completeLink(link)
    if (own === undefined && outages.length + others.length === 0) return undefined
    const sourceOf = (settings: CompleteLink): LinkModel => {
      return new LinkModel({ ...settings, outages: [...settings.outages, ...outages] }, shared)
    }
    const usual = sourceOf(own ?? IDEAL_LINK)
    const changes = others.map(
      ({ link: other, atMs, durationMs = Infinity, share }): LinkChange => {
        return { atMs, durationMs, share, source: sourceOf(completeLink(other)) }
      },
    )
    return changes.length === 0 ? usual : new ChangingLink(usual, changes)
  })
}

export function brokerFaultsOf(plan: FleetPlan): readonly BrokerFault[] {
  return plan.scenario.faults.filter((one) => one.kind === 'restart' || one.kind === 'slow')
}

function concerns(group: string): (fault: LinkFault | OutageFault) => boolean {
  return ({ groups }) => groups === undefined || groups.includes(group)
}

function isOutage(fault: ScenarioFault): fault is OutageFault {
  return fault.kind === 'outage'
}

function isLink(fault: ScenarioFault): fault is LinkFault {
  return fault.kind === 'link'
}

function outageOf({ atMs, durationMs, spreadMs, share, how }: OutageFault): OutageSettings {
  return { startMs: atMs, durationMs, spreadMs, share, how }
}
