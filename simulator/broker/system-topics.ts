// The broker about itself, under the `$SYS` names that Mosquitto made common, so that its
// dashboards and exporters work unchanged. Values are text. Pure: the caller publishes them.

import type { BrokerStats } from './inspect.ts'

/** Topic and value of each; `uptime` carries its unit as Mosquitto's does. */
export function systemTopics(stats: BrokerStats): [string, string][] {
  const total = stats.clientsConnected + stats.sessionsOffline
  return [
    ['version', `motewire version ${stats.version}`],
    ['uptime', `${Math.floor(stats.uptimeMs / 1000)} seconds`],
    ['clients/connected', String(stats.clientsConnected)],
    ['clients/active', String(stats.clientsConnected)],
    ['clients/disconnected', String(stats.sessionsOffline)],
    ['clients/inactive', String(stats.sessionsOffline)],
    ['clients/total', String(total)],
    ['subscriptions/count', String(stats.subscriptions)],
    ['retained messages/count', String(stats.retained)],
    ['messages/stored', String(stats.queued)],
    ['store/messages/count', String(stats.queued)],
    ['publish/messages/received', String(stats.messagesIn)],
    ['publish/messages/sent', String(stats.messagesOut)],
    ['publish/messages/dropped', String(stats.messagesDropped)],
    ['bytes/received', String(stats.bytesIn)],
    ['bytes/sent', String(stats.bytesOut)],
  ].map(([name, value]) => [`$SYS/broker/${name}`, value!])
}
