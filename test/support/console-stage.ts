// Everything that a console can look into, real and running: a broker, a fleet of twenty devices on
// it, and the console itself. The bridges alone are told, because a real one needs a serial line.

import { ConsoleServer } from '@motewire/console'
import { sharedClock } from '@motewire/sdk'
import { Fleet } from '@motewire/simulator'
import { Broker } from '@motewire/simulator/broker'
import type { BrokerOptions } from '@motewire/simulator/broker'
import { expand, parseScenario } from '@motewire/simulator/scenario'
import { livelyBridges } from './console-fixture.ts'

const SCENARIO = `
version: 1
name: greenhouse
seed: 7
devices: 20
groups:
  - name: bed
    weight: 3
    publish:
      - topic: 'greenhouse/bed-{index:02}/soil'
        every: 500ms
        qos: 1
        payload:
          fields:
            moisture: { sensor: walk, min: 20, max: 60, step: 1, decimals: 0 }
  - name: lamp
    weight: 1
    publish:
      - topic: 'greenhouse/lamp-{index:02}/power'
        every: 1s
        retain: true
        payload:
          fields:
            watts: { sensor: walk, min: 0, max: 90, step: 5, decimals: 0 }
`

export interface Stage {
  readonly broker: Broker
  readonly brokerUrl: string
  /** The console's address. */
  readonly url: string
  /** Stops it all. */
  readonly strike: () => Promise<void>
}

/** @param options of the broker; default: everybody may come in. */
export async function raiseStage(options: BrokerOptions = {}): Promise<Stage> {
  const broker = new Broker({ port: 0, ...options })
  const brokerUrl = `mqtt://127.0.0.1:${(await broker.start()).port}`
  const plan = expand(parseScenario(SCENARIO, 'greenhouse.yaml'))
  const clock = sharedClock()
  const fleet = new Fleet({ plan, brokerUrl, clock, wallNow: Date.now, durationMs: 600_000 })
  const began = Date.now()
  const bridges = (): ReturnType<typeof livelyBridges> => livelyBridges(() => Date.now() - began)
  const server = new ConsoleServer({ broker, fleet, bridges, title: 'test house' })
  const { url } = await server.start()
  fleet.start()
  const strike = async (): Promise<void> => {
    await fleet.stop(0)
    await server.stop()
    await broker.stop()
  }
  return { broker, brokerUrl, url, strike }
}
