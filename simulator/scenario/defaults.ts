// What holds when a scenario file does not say. The one place: the schema applies these and the
// published JSON Schema shows them. Written the way a file would write them.

export const DEFAULTS = {
  seed: 1,
  broker: { url: 'embedded' },
  clock: 'real',
  ramp: '500/s',
  rampStart: 'linear',
  clientId: '{group}-{index}',
  connect: { keepalive: '60s', clean: true, protocolVersion: 4 },
  reconnect: { first: '2s', max: '30s', jitter: true },
  stream: { jitter: '0s', phase: 'random', qos: 0, retain: false },
  stamp: ['seq', 'ts'],
  subscription: { qos: 0 },
  sensor: {
    decimals: 2,
    counterDecimals: 0,
    sinePeriod: '24h',
    sinePhase: '0s',
    sineNoise: 0,
    stepTiming: 'fixed',
    counterStart: 0,
    counterStep: 1,
    counterSpread: 0,
  },
} as const
