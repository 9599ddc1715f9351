// What a broker publishes about itself under `$SYS`: of our own the retained messages, of another
// one what it sent to the observer. Pure.

import type { BrokerInspection, HostControl } from '@motewire/simulator/broker'
import { ROWS_MAX } from '../limits.ts'
import type { SystemRow, SystemView } from '../views.ts'

const PREFIX = '$SYS/'

/** A broker that is observed from outside. */
interface Observed extends BrokerInspection {
  /** Name without `$SYS/`, and value. */
  systemValues(): ReadonlyMap<string, string>
}

export function systemView(broker: BrokerInspection): SystemView {
  if ('systemValues' in broker) {
    const values = [...(broker as Observed).systemValues()]
    return { kind: 'observed', rows: sorted(values) }
  }
  if (!('retained' in broker)) return { kind: 'observed', rows: [] }
  const { rows } = (broker as HostControl).retained({ search: PREFIX, limit: ROWS_MAX })
  const own = rows.filter(({ topic }) => topic.startsWith(PREFIX))
  const values = own.map(({ topic, payload }): [string, string] => {
    return [topic.slice(PREFIX.length), Buffer.from(payload).toString()]
  })
  return { kind: 'own', rows: sorted(values) }
}

function sorted(values: readonly (readonly [string, string])[]): SystemRow[] {
  const rows = values.slice(0, ROWS_MAX).map(([name, value]) => ({ name, value }))
  return rows.toSorted((one, other) => (one.name < other.name ? -1 : 1))
}
