// The figures of running bridges, as Prometheus text (exposition format 0.0.4) and as one plain
// value for a status topic. Names and units by the conventions of that world.

import type { BridgeSnapshot } from '../bridge/bridge.ts'
import { isOpen } from '../bridge/endpoint.ts'
import type { EndpointState } from '../bridge/endpoint.ts'

export interface NamedSnapshot {
  readonly name: string
  readonly snapshot: BridgeSnapshot
}

interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'gauge' | 'counter'
  readonly read: (snapshot: BridgeSnapshot) => number | undefined
}

const FAMILIES: readonly Family[] = [
  gauge('port_up', 'Whether the port is open.', ({ port }) => Number(isOpen(port.state))),
  gauge('net_up', 'Whether the other side is connected.', ({ net }) => Number(net.state === 'up')),
  counter('port_opens', 'Times the port was opened.', ({ port }) => port.opens),
  counter('port_losses', 'Times the port was lost.', ({ port }) => port.losses),
  counter('port_failures', 'Attempts to open the port that failed.', ({ port }) => port.failures),
  counter('net_connects', 'Connections of the other side.', ({ net }) => net.opens),
  counter('net_losses', 'Connections of the other side that were lost.', ({ net }) => net.losses),
  counter('uplink_bytes', 'Bytes from the device.', ({ uplink }) => uplink.bytes),
  counter('downlink_bytes', 'Bytes to the device.', ({ downlink }) => downlink.bytes),
  counter('uplink_dropped_bytes', 'Bytes from the device that were dropped.', ({ uplink }) => {
    return uplink.droppedBytes
  }),
  counter('downlink_dropped_bytes', 'Bytes to the device that were dropped.', ({ downlink }) => {
    return downlink.droppedBytes
  }),
]

/** Those that a port stays in; `idle` and the like are passed through at start and stop. */
const PORT_STATES: readonly EndpointState[] = [
  'absent',
  'opening',
  'probing',
  'up',
  'stalled',
  'waiting',
  'lent',
  'failed',
]

/** @param bridges labelled by name, which is escaped. */
export function formatBridgeFigures(bridges: readonly NamedSnapshot[]): string {
  const lines = FAMILIES.flatMap(({ name, help, type, read }) => [
    `# HELP motewire_bridge_${name} ${help}`,
    `# TYPE motewire_bridge_${name} ${type}`,
    ...bridges.flatMap(({ name: port, snapshot }) => {
      const value = read(snapshot)
      return value === undefined ? [] : [`motewire_bridge_${name}{port="${label(port)}"} ${value}`]
    }),
  ])
  lines.push(
    '# HELP motewire_bridge_port_state Which state the port is in: 1 for one of them.',
    '# TYPE motewire_bridge_port_state gauge',
    ...bridges.flatMap(({ name, snapshot }) =>
      PORT_STATES.map((state) => {
        const labels = `port="${label(name)}",state="${state}"`
        return `motewire_bridge_port_state{${labels}} ${Number(snapshot.port.state === state)}`
      }),
    ),
  )
  const counts = new Map<string, string[]>()
  for (const { name, snapshot } of bridges) {
    for (const [count, value] of Object.entries(snapshot.counts ?? {})) {
      const line = `motewire_bridge_events_total{port="${label(name)}",event="${count}"} ${value}`
      counts.set(count, [...(counts.get(count) ?? []), line])
    }
  }
  if (counts.size > 0) {
    lines.push(
      '# HELP motewire_bridge_events_total What a bridge has counted beyond bytes.',
      '# TYPE motewire_bridge_events_total counter',
      ...[...counts.values()].flat(),
    )
  }
  return `${lines.join('\n')}\n`
}

/** What the status topic of a port says. */
export interface PortStatus {
  readonly port: EndpointState
  readonly net: EndpointState
  /** Why, when one of them is not up. */
  readonly reason: string | undefined
  readonly bytes: { readonly up: number; readonly down: number }
  readonly dropped: { readonly up: number; readonly down: number }
  readonly counts: Readonly<Record<string, number>>
}

export function statusOf({ port, net, uplink, downlink, counts }: BridgeSnapshot): PortStatus {
  return {
    port: port.state,
    net: net.state,
    reason: (isHealthy(port.state) ? undefined : port.error?.message) ?? net.error?.message,
    bytes: { up: uplink.bytes, down: downlink.bytes },
    dropped: { up: uplink.droppedBytes, down: downlink.droppedBytes },
    counts: counts ?? {},
  }
}

function isHealthy(state: EndpointState): boolean {
  return state === 'up' || state === 'probing'
}

function gauge(name: string, help: string, read: Family['read']): Family {
  return { name, help, type: 'gauge', read }
}

function counter(name: string, help: string, read: Family['read']): Family {
  return { name: `${name}_total`, help, type: 'counter', read }
}

function label(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
