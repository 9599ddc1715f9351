// `motewire demo`: the main job at once, without any file: broker, a thousand sensors, an emulated
// microcontroller on a serial bridge, console.

import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import { expand, parseDuration, parseScenario } from '@motewire/simulator/scenario'
import { DEMO_SCENARIO } from '../demo-scenario.ts'
import { runFleet } from '../fleet-run.ts'
import { wholeFlag } from '../mqtt-flags.ts'
import { reportOption } from '../report-output.ts'

interface DemoFlags {
  readonly devices: number
  readonly port: number
  readonly consolePort: number
  readonly duration?: number
  readonly report: readonly string[]
}

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description(
      'broker, 1,000 simulated sensors, a microcontroller and the console, in one command',
    )
    .option('--devices <n>', 'sensors', wholeFlag(1, 1_000_000), 1_000)
    .option('--port <port>', 'port of the broker', wholeFlag(0, 65_535), 1883)
    .option('--console-port <port>', 'port of the console', wholeFlag(0, 65_535), 8080)
    .option('--duration <time>', 'stop after 30s, 5m, ... (default: at Ctrl-C)', (text) => {
      const ms = parseDuration(text)
      if (typeof ms === 'number') return ms
      throw new InvalidArgumentError('expected a time like 30s or 5m')
    })
    .addOption(reportOption('.json, .html, .xml (JUnit) or .csv'))
    .action(async (flags: DemoFlags) => {
      const scenario = parseScenario(DEMO_SCENARIO, 'demo')
      await runFleet({
        plan: expand(scenario, { devices: flags.devices }),
        brokers: ['embedded'],
        brokerPort: flags.port,
        consolePort: flags.consolePort,
        durationMs: flags.duration,
        reportPaths: flags.report,
        quiet: false,
        hasMicrocontroller: true,
      })
    })
}
