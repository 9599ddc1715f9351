// The files that `motewire init` writes, as text: a scenario, a device model, the command line of a
// bridge. Each says how to run it and what to change first.

export interface InitFile {
  /** Inside the new folder. */
  readonly path: string
  readonly text: string
}

/** @param name of the folder: letters, digits, - and _. */
export function initFiles(name: string): readonly InitFile[] {
  return [
    { path: 'fleet.yaml', text: SCENARIO.replaceAll('NAME', name) },
    { path: 'pump.ts', text: MODEL.replaceAll('NAME', name) },
    { path: 'bridge.sh', text: BRIDGE },
  ]
}

const SCENARIO = `# A fleet of simulated devices. Check it, then run it:
#
#   npx motewire sim fleet.yaml --check
#   npx motewire sim fleet.yaml --duration 1m --report report.html
#   npx motewire sim fleet.yaml --broker mqtt://127.0.0.1:1883     (on a broker of yours)

version: 1
name: NAME
# The same seed gives the same devices and values, each time.
seed: 1
# Devices switched on a second.
ramp: 50/s

# What the run must come to; else the command ends with exit code 3.
thresholds:
  - acked.rate > 0.99
  - latency.p95 < 2s

# What goes wrong at which time, and what is done on purpose.
# faults:
#   - { devices: reconnect, at: 30s, over: 2s }
#   - { outage: cut, at: 1m, duration: 20s, share: 30% }
# stages:
#   - { load: 5, at: 2m, duration: 30s }
#   - { send: 'cmd/{id}/report', payload: now, at: 3m }

groups:
  # Climate sensors, described here. {index:03} is the device's number: 000 to 049.
  room:
    count: 50
    clientId: 'room-{index:03}'
    # What lies between device and broker: ethernet wifi-poor 3g edge gprs lte-m nb-iot satellite.
    # link: wifi-poor
    # commands: { filter: 'cmd/{id}/#', after: 200ms }
    # lifecycle: { boot: 2s, sleep: { every: 10m, awake: 20s } }
    publish:
      - topic: NAME/{id}/climate
        every: 5s
        qos: 1
        payload:
          fields:
            # Wanders between 18 and 26 degrees.
            temperature: { sensor: walk, min: 18, max: 26, step: 0.2, decimals: 1 }
            # Falls when it gets warmer, five minutes behind.
            humidity: { sensor: follow, of: temperature, gain: -2, offset: 90, lag: 5m, noise: 0.5 }
            unit: C

  # Pumps with firmware of their own: see pump.ts. TypeScript needs Node 22.18 or newer, or
  # NODE_OPTIONS='--import tsx' with tsx installed.
  # pump:
  #   count: 5
  #   model: { file: ./pump.ts, options: { everyMs: 2000 } }
`

const MODEL = `// Firmware of a pump, named in fleet.yaml under \`model:\`. It asks its device for
// everything: the time, a later call, random numbers, the network.

import type { Device, DeviceModel } from '@motewire/simulator'

interface PumpOptions {
  readonly everyMs?: number
}

/** Called once for each device. */
export function model({ everyMs = 5_000 }: PumpOptions): DeviceModel {
  let isRunning = true
  let bar = 1
  return {
    start(device: Device): void {
      device.subscribe(\`NAME/\${device.clientId}/cmd\`, 1)
      const tick = device.task((now) => {
        bar += 0.3 * ((isRunning ? 6 : 0) - bar)
        const state = JSON.stringify({ running: isRunning, bar: Number(bar.toFixed(2)) })
        device.publish(\`NAME/\${device.clientId}/state\`, state, { qos: 1, retain: true })
        // A figure of the report; a threshold may ask for measure.pump.bar.max.
        device.measure('pump.bar', bar)
        device.schedule(now + everyMs, tick)
      })
      device.schedule(device.startMs + device.random('phase').unit() * everyMs, tick)
    },
    handleMessage(_topic: string, payload: Uint8Array): void {
      isRunning = new TextDecoder().decode(payload) !== 'off'
    },
  }
}
`

const BRIDGE = `#!/bin/sh
# A serial device on the network: what it sends goes to the broker's port, and the other way round.
#
#   npx motewire serial list             which ports there are
#   SERIAL=/dev/ttyACM0 sh bridge.sh

exec npx motewire bridge --serial "\${SERIAL:-/dev/ttyUSB0}" --baud "\${BAUD:-115200}" \\
  --tcp "\${BROKER:-127.0.0.1:1883}"
# Instead of --tcp: --listen 127.0.0.1:4000, for a program that connects to the device.
`
