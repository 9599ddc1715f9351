// From the entry of a port of bytes to what it is joined to, and to what is said besides.

import { hostname } from 'node:os'
import { PacketTemplate, parseAddress, tcpSource, udpSource } from '@motewire/hardware'
import type { BridgeOptions, Heartbeat, UdpOptions } from '@motewire/hardware'
import { sharedClock } from '@motewire/sdk'
import type { PortConfig } from './bridge-config.ts'
import type { HeartbeatEntry, PacketEntry, UdpEntry } from './byte-plane-schema.ts'

export function bytePlane({
  name,
  entry,
  listen,
}: PortConfig): Pick<
  BridgeOptions,
  'net' | 'registration' | 'heartbeat' | 'deviceHeartbeat' | 'gather'
> {
  const fields = { port: name, serial: entry.serial, host: hostname() }
  const packetOf = ({ text, hex = '' }: PacketEntry): PacketTemplate => {
    return text === undefined ? PacketTemplate.hex(hex) : PacketTemplate.text(text, fields)
  }
  const heartbeatOf = (beat: HeartbeatEntry | undefined): Heartbeat | undefined => {
    return beat === undefined ? undefined : { packet: packetOf(beat), everyMs: beat.every }
  }
  const { tcp = '', udp, registration, heartbeat, gather } = entry
  const mark = gather?.mark
  return {
    net: listen ?? (udp === undefined ? tcpSource(parseAddress(tcp)) : udpSource(udpOptions(udp))),
    registration: registration && { packet: packetOf(registration), when: registration.when },
    heartbeat: heartbeatOf(heartbeat?.net),
    deviceHeartbeat: heartbeatOf(heartbeat?.device),
    gather: gather && {
      idleMs: gather.idle,
      bytesMax: gather.bytes,
      mark: mark === undefined ? undefined : Buffer.from(mark),
    },
  }
}

function udpOptions({ listen, peers, learn, allow }: UdpEntry): UdpOptions {
  return {
    ...(listen === undefined ? {} : { listen: parseAddress(listen) }),
    ...(peers === undefined ? {} : { peers: peers.map((peer) => parseAddress(peer)) }),
    ...(learn === undefined ? {} : { learn }),
    ...(allow === undefined ? {} : { allow }),
    clock: sharedClock(),
  }
}
