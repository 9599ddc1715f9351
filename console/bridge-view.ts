// From the snapshot of a serial bridge to what the console shows of it. Pure.

import type { BridgeSnapshot, EndpointSnapshot } from '@motewire/hardware'
import type { BridgeEndView, BridgeView } from './views.ts'

/** `now` is the wall clock in milliseconds since 1970, for example `Date.now()`. */
export function bridgeView(name: string, snapshot: BridgeSnapshot, now: number): BridgeView {
  const { port, net, uplink, downlink } = snapshot
  return {
    name,
    serial: endView(port),
    tcp: endView(net, net.peer),
    serialToTcpBytes: uplink.bytes,
    tcpToSerialBytes: downlink.bytes,
    droppedBytes: uplink.droppedBytes + downlink.droppedBytes,
    reopenings: reopeningsOf(port) + reopeningsOf(net),
    since: now - Math.min(port.stateMs, net.stateMs),
  }
}

function endView(end: EndpointSnapshot, peer?: string): BridgeEndView {
  const { name, state, error } = end
  return { address: peer ?? name, state, problem: error?.message ?? null }
}

function reopeningsOf({ opens }: EndpointSnapshot): number {
  return Math.max(0, opens - 1)
}
