// Where brokers usually are: our own one that runs here, and those that people know. Pure.

import type { BrokerControl } from '@motewire/simulator/broker'
import type { PresetView } from '../workbench-views.ts'

const KNOWN: readonly PresetView[] = [
  { name: 'Mosquitto', url: 'mqtt://127.0.0.1:1883', username: '', password: '' },
  {
    name: 'Apollo / ActiveMQ',
    url: 'mqtt://127.0.0.1:61613',
    username: 'admin',
    password: 'password',
  },
]

/** Addresses that mean all of a machine's. */
const ALL = new Set(['0.0.0.0', '::'])

/** The broker of this process comes first. */
export function presetsOf(own: BrokerControl | undefined): readonly PresetView[] {
  const listener = own?.listeners().find(({ kind }) => kind === 'tcp')
  if (listener === undefined) return KNOWN
  const { host, port } = listener
  const reached = ALL.has(host) ? '127.0.0.1' : host
  const url = `mqtt://${reached.includes(':') ? `[${reached}]` : reached}:${port}`
  return [{ name: 'motewire', url, username: '', password: '' }, ...KNOWN]
}
