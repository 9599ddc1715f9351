// Real AVR images in virtual time: a fleet of boards that sleep, wake, publish what their analog
// input reads, and sleep again, through the bridge to the broker of this process. Each publishes
// once a period: a minute, as a sensor on a battery does, or another number of seconds.
//
//   npx tsx --conditions=dev bench/virtual-microcontrollers.ts [devices] [hours] [seconds]
//     [workers]
//
// 1,000 devices for 10 hours are 10,000 AVR-hours. Processor time is that of all processes.

import { firmwarePath } from '@motewire/hardware'
import { makeRun, Modules } from '@motewire/simulator'
import { expand, parseScenario } from '@motewire/simulator/scenario'
import { UART_BRIDGE } from '../cli/uart-bridge.ts'

const [devices = '1000', hours = '10', periodS = '60', workers = '1'] = process.argv.slice(2)
const HOUR_MS = 3_600_000

const period = [Number(periodS) >> 8, Number(periodS) & 0xff]
const firmware = {
  file: firmwarePath('sensor-raw'),
  eeprom: { 24: period },
  publishes: ['sensors/{id}/+'],
  subscribes: [],
}
const text = JSON.stringify({
  version: 1,
  clock: 'virtual',
  groups: { avr: { count: Number(devices), firmware } },
})
const files = { read: String, locate: String, resolve: String }
const plan = expand(parseScenario(text, 'bench', {}, files))
const modules = await Modules.load(plan.groups, UART_BRIDGE)
const place = { brokerUrls: [], sources: [], link: undefined, drainMs: 1_000 }
const spec = { plan, modules, durationMs: Number(hours) * HOUR_MS, ...place }
const shared = { ...spec, clock: { kind: 'virtual' }, uartBridge: UART_BRIDGE } as const
const began = performance.now()
const { ledger, digest } = await makeRun(shared, Number(workers)).run()
const wallS = (performance.now() - began) / 1_000
const avrHours = Number(devices) * Number(hours)
const { published, acked } = ledger.total()
const { maxRSS } = process.resourceUsage()
console.log(`${avrHours} AVR-hours, a message in ${periodS} s each, ${workers} process(es)`)
console.log(`messages   ${published}, ${acked} acked, digest ${String(digest)}`)
console.log(`wall time  ${wallS.toFixed(1)} s`)
console.log(`pace       ${((avrHours * 3_600) / wallS).toFixed(0)} times as fast as one AVR`)
console.log(`memory     ${(maxRSS / 1_024).toFixed(0)} MiB at most`)
