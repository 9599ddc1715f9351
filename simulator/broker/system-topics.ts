// The broker about itself, under the `$SYS` names that Mosquitto made common, so that its
// dashboards and exporters work unchanged. Values are text. Pure: the caller publishes them.

import type { BrokerCore } from './core/broker-core.ts'
import type { VirtualHost } from './core/virtual-host.ts'
import type { BrokerStats } from './inspect.ts'
import type { LoadAverages } from './load-averages.ts'

/** What the process holds, and the most it was seen to hold. */
export interface HeapBytes {
  readonly current: number
  readonly maximum: number
}

/** Topic and value of each; `uptime` carries its unit as Mosquitto's does. */
export function systemTopics(
  stats: BrokerStats,
  core: BrokerCore,
  host: VirtualHost,
  loads: LoadAverages,
  heap: HeapBytes | undefined,
): [string, string][] {
  const own: [string, string | number][] = [
    ['version', `motewire version ${stats.version}`],
    ['uptime', `${Math.floor(stats.uptimeMs / 1000)} seconds`],
    ...clientTopics(stats, core, host),
    ...messageTopics(stats, core, host),
  ]
  if (heap !== undefined) own.push(['heap/current', heap.current], ['heap/maximum', heap.maximum])
  const texts = own.map(([name, value]): [string, string] => [name, String(value)])
  return [...texts, ...loads.entries()].map(([name, value]) => [`$SYS/broker/${name}`, value])
}

function clientTopics(stats: BrokerStats, core: BrokerCore, host: VirtualHost): [string, number][] {
  let shared = 0
  for (const { members } of host.router.groups.values()) shared += members.length
  return [
    ['clients/connected', stats.clientsConnected],
    ['clients/active', stats.clientsConnected],
    ['clients/disconnected', stats.sessionsOffline],
    ['clients/inactive', stats.sessionsOffline],
    ['clients/expired', host.sessionsExpired],
    ['clients/maximum', core.connectedMax],
    ['clients/total', stats.clientsConnected + stats.sessionsOffline],
    ['subscriptions/count', stats.subscriptions],
    ['shared_subscriptions/count', shared],
  ]
}

function messageTopics(
  stats: BrokerStats,
  core: BrokerCore,
  host: VirtualHost,
): [string, number][] {
  let storedBytes = host.retained.bytes
  for (const { delivery } of host.sessions.values()) storedBytes += delivery.waitingBytes
  const stored = stats.queued + stats.retained
  return [
    ['retained messages/count', stats.retained],
    ['messages/received', core.packetsIn],
    ['messages/sent', core.packetsOut],
    ['messages/stored', stored],
    ['store/messages/count', stored],
    ['store/messages/bytes', storedBytes],
    ['publish/messages/received', stats.messagesIn],
    ['publish/messages/sent', stats.messagesOut],
    ['publish/messages/dropped', stats.messagesDropped],
    ['publish/bytes/received', host.payloadBytesIn],
    ['publish/bytes/sent', host.payloadBytesOut],
    ['bytes/received', stats.bytesIn],
    ['bytes/sent', stats.bytesOut],
  ]
}
