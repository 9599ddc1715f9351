// A thousand sleeping microcontrollers in one process, in real time: each runs the sensor image and
// has its own MQTT connection to a Mosquitto, over which it publishes once a second. Processor time
// is that of this process alone.
//
//   npx tsx --conditions=dev bench/microcontrollers.ts [devices] [seconds]

import { connectAsync, sharedClock, Task, TcpChannel } from '@motewire/sdk'
import type { Microcontroller } from '@motewire/simulator/firmware'
import { microcontroller } from '../test/support/firmware.ts'
import { Mosquitto } from '../test/support/mosquitto.ts'

const [devices = '1000', seconds = '20'] = process.argv.slice(2)
const RAMP_MS = 10_000
const SETTLE_MS = 3_000

const clock = sharedClock()
const broker = await Mosquitto.start()
const watcher = await connectAsync(broker.url)
let messages = 0
watcher.on('message', () => messages++)
await watcher.subscribe('sensors/+/adc')
const fleet = Array.from({ length: Number(devices) }, (_, index) => join(index))
for (const [index, device] of fleet.entries()) {
  clock.schedule(clock.now() + (RAMP_MS * index) / fleet.length, new Task(() => device.start()))
}
await elapsed(RAMP_MS + SETTLE_MS)
const before = { messages, cpu: process.cpuUsage(), cycles: cycles(), ms: performance.now() }
await elapsed(Number(seconds) * 1_000)
const tookMs = performance.now() - before.ms
const { user, system } = process.cpuUsage(before.cpu)
const online = fleet.filter((device) => device.chip.resets === 0).length
const { heapUsed, rss } = process.memoryUsage()
console.log(`${devices} devices, ${(tookMs / 1_000).toFixed(1)} s, ${online} without a reset`)
console.log(`processor  ${((user + system) / tookMs / 10).toFixed(1)} % of a core`)
console.log(`messages   ${(((messages - before.messages) * 1_000) / tookMs).toFixed(1)} a second`)
const speed = (cycles() - before.cycles) / fleet.length / 16_000 / tookMs
console.log(`chip time  ${speed.toFixed(4)} of real time`)
console.log(
  `memory     ${(heapUsed / 2 ** 20).toFixed(0)} MiB heap, ${(rss / 2 ** 20).toFixed(0)} MiB`,
)
await broker.remove()
process.exit()

function join(index: number): Microcontroller {
  const device = microcontroller('sensor-raw', `avr-${index}`, clock)
  const tcp = new TcpChannel({ host: '127.0.0.1', port: broker.port })
  device.uart.open({
    onOpen: () => {},
    onBytes: (bytes) => void tcp.write(Uint8Array.from(bytes)),
    onDrain: () => {},
    onClose: () => {},
  })
  const start = device.start.bind(device)
  device.start = () => {
    tcp.open({
      onOpen: start,
      onBytes: (bytes) => void device.uart.write(bytes),
      onDrain: () => {},
      onClose: () => {},
    })
  }
  return device
}

function cycles(): number {
  return fleet.reduce((sum, device) => sum + device.chip.cycles, 0)
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.schedule(clock.now() + ms, new Task(() => resolve()))
  })
}
