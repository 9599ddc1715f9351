// The world room: time and links that are not real, for fleets and tests.
export { DirectChannel } from './direct-channel.ts'
export type { Acceptor } from './direct-channel.ts'
export { ImpairedChannel } from './impaired-channel.ts'
export type { ImpairedOptions } from './impaired-channel.ts'
export { LinkModel } from './link.ts'
export type { Link, LinkSource } from './link.ts'
export { ChangingLink } from './changing-link.ts'
export type { LinkChange } from './changing-link.ts'
export { LINK_PROFILE_NAMES } from './link-settings.ts'
export type {
  BrokerFault,
  BurstSettings,
  LinkProfileName,
  LinkSettings,
  OutageSettings,
} from './link-settings.ts'
export { completeLink, IDEAL_LINK, LINK_PROFILES } from './profiles.ts'
export type { CompleteLink } from './profiles.ts'
export { CUT, DROP, judgeAll, PASS } from './rule.ts'
export type { LinkRule, Verdict } from './rule.ts'
export { SlowRule } from './rules/latency.ts'
export { ScaledClock } from './scaled-clock.ts'
export { LinkTrace, TraceSum } from './trace.ts'
export { SwitchedLink } from './switched-link.ts'
export { VirtualClock } from './virtual-clock.ts'
