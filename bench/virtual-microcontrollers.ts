// Real AVR images in virtual time: a fleet of ten boards that sleep and publish once a second,
// through the bridge to the broker of this process, for some hours of their time. Prints the wall
// time, and what 10,000 AVR-hours would take at that pace, which takes too long to be measured
// whole.
//
//   npx tsx --conditions=dev bench/virtual-microcontrollers.ts [AVR-hours]

import { firmwarePath } from '@motewire/hardware'
import { makeRun, Modules } from '@motewire/simulator'
import { expand, parseScenario } from '@motewire/simulator/scenario'
import { UART_BRIDGE } from '../cli/uart-bridge.ts'

const [avrHours = '1'] = process.argv.slice(2)
const DEVICES = 10
const GOAL_HOURS = 10_000
const HOUR_MS = 3_600_000

const hours = Number(avrHours)
const path = firmwarePath('sensor-raw')
const files = { read: String, locate: String, resolve: String }
const text = `version: 1\nclock: virtual\ngroups: { avr: { count: ${DEVICES}, firmware: ${path} } }`
const plan = expand(parseScenario(text, 'bench', {}, files))
const modules = await Modules.load(plan.groups, UART_BRIDGE)
const durationMs = (hours / DEVICES) * HOUR_MS
const place = { brokerUrls: [], sources: [], link: undefined, drainMs: 1_000 }
const run = makeRun({ plan, modules, clock: { kind: 'virtual' }, durationMs, ...place })
const began = performance.now()
const beganCpu = process.cpuUsage()
const { ledger, digest } = await run.run()
const wallS = (performance.now() - began) / 1_000
const { user, system } = process.cpuUsage(beganCpu)
const coreS = (user + system) / 1e6
const { published } = ledger.total()
const goalHours = (seconds: number): string => ((seconds / hours) * (GOAL_HOURS / 3_600)).toFixed(1)
console.log(`${hours} AVR-hours, ${published} messages, digest ${String(digest)}`)
console.log(`wall time  ${wallS.toFixed(1)} s, ${coreS.toFixed(1)} s of a core`)
console.log(`pace       ${((hours * 3_600) / wallS).toFixed(0)} times as fast as one AVR`)
console.log(
  `${GOAL_HOURS} AVR-hours at that pace: ${goalHours(wallS)} h, ${goalHours(coreS)} h of a core`,
)
