// Whether the broker that the console looks into is ours, which tells and does more than others.

import type { BrokerControl, BrokerInspection } from '@motewire/simulator/broker'

/** Undefined: a broker that is only observed, or none. */
export function ownBroker(broker: BrokerInspection | undefined): BrokerControl | undefined {
  return broker !== undefined && isControl(broker) ? broker : undefined
}

function isControl(broker: BrokerInspection): broker is BrokerControl {
  return 'createHost' in broker
}
