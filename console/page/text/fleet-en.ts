// The texts in English of the fleet: its start, its figures, its map, its devices.

export const fleetEn = {
  startFleet: 'Start a fleet',
  startFleetHint:
    'Sensors publish to fleet/sensor-NNNNN/temperature, vehicles to fleet/ID/position.',
  fleetKind: 'Kind of devices',
  kindSensor: 'Sensors',
  kindVehicle: 'Vehicles on the move',
  steerFleet: 'Change it while it runs',
  everySeconds: 'A message every … seconds',
  linkQuality: 'Link of the devices',
  linkEthernet: 'Ethernet',
  linkWifiPoor: 'Poor Wi-Fi',
  linkLorawan: 'LoRaWAN gateway',
  linkSatellite: 'Satellite',
  noFleet: 'No fleet runs in this process.',
  noFleetHint: 'Start one with a console beside it:',
  phaseStarting: 'Starting',
  phaseRunning: 'Running',
  phaseDraining: 'Draining',
  phaseEnded: 'Ended',
  fleetLine: (scenario: string, broker: string) => `${scenario} on ${broker}`,
  devices: 'Devices',
  devicesOf: (connected: string, devices: string) => `${connected} of ${devices} connected`,
  startedOf: (started: string) => `${started} started by the ramp`,
  elapsed: 'Elapsed',
  elapsedOf: (duration: string) => `of ${duration}`,
  untilStopped: 'until it is stopped',
  publishedCount: 'Published',
  acked: 'Acknowledged',
  ackedHint: 'delivery confirmed by the broker',
  lost: 'Lost',
  lostHint: 'dropped, rejected or expired',
  queuedFleet: 'queued or in flight',
  reconnects: 'Reconnects',
  errors: 'Errors',
  groups: 'Groups',
  group: 'Group',
  ackLatency: 'Time to acknowledgement',
  ackLatencyHint: 'From the moment a message was due to its confirmation.',
  lag: 'Own lag',
  lagHint: 'How late this process kept its own schedule. If large, this computer is the limit.',
  notMeasured: 'Nothing was measured yet.',
  measurements: (count: string) => `${count} measurements`,
  least: 'min',
  mean: 'mean',
  most: 'max',

  map: 'Map',
  onMap: (count: string) => `${count} devices know where they are`,
  mapShows: (count: string) => `the first ${count} are shown`,
  zoomIn: 'Nearer',
  zoomOut: 'Farther',
  zoomToFit: 'Show all devices',
  metres: (count: string) => `${count} m`,
  kilometres: (count: string) => `${count} km`,

  device: 'Device',
  searchDevices: 'Search devices',
  state: 'State',
  ownLink: 'Link',
  linkOf: (device: string) => `Link of ${device}`,
  asAll: 'as all',
  linkCut: 'Cut',
}

/** These texts in one language. */
export type FleetLabels = {
  readonly [Key in keyof typeof fleetEn]: (typeof fleetEn)[Key] extends string
    ? string
    : (typeof fleetEn)[Key]
}
