// How messages of a device ended, as its trace numbers it.

import type { Outcome } from '@motewire/sdk'

/** What the trace calls outcomes; links use the numbers below 16. */
export const OUTCOME_EVENTS: Readonly<Record<Outcome, number>> = {
  delivered: 16,
  rejected: 17,
  expired: 18,
  dropped: 19,
  superseded: 20,
  indeterminate: 21,
}
