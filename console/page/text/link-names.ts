// What the profiles of links are called, by the simulator's names and in its order.

import type { Labels } from './en.ts'

/** As the simulator calls them; a test holds both together. */
export const LINK_NAMES: Readonly<Record<string, (labels: Labels) => string>> = {
  ethernet: (labels) => labels.linkEthernet,
  'wifi-poor': (labels) => labels.linkWifiPoor,
  '3g': () => '3G',
  edge: () => 'EDGE',
  gprs: () => 'GPRS',
  'lte-m': () => 'LTE-M',
  'nb-iot': () => 'NB-IoT',
  satellite: (labels) => labels.linkSatellite,
  'lorawan-gateway': (labels) => labels.linkLorawan,
}
