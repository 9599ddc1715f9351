// The broker is away for a minute while a device publishes at QoS 1 through the gateway: nothing is
// lost within the bound of the outbox, and past it what gave way is counted.
//
//   npx tsx --conditions=dev bench/outage.ts [seconds] [messages a second]

import { setTimeout } from 'node:timers/promises'
import { Mosquitto } from '../test/support/mosquitto.ts'
import { runOutage } from '../test/support/outage-run.ts'

const [seconds = '60', rate = '100'] = process.argv.slice(2)
const messages = Number(seconds) * Number(rate)

for (const messagesMax of [2 * messages, Math.ceil(messages / 10)]) {
  const broker = await Mosquitto.start({ persistence: true })
  const pace = (): Promise<void> => setTimeout(1_000 / Number(rate))
  const outbox = { messagesMax, whenFull: 'drop-oldest' } as const
  const result = await runOutage({ broker, messages, pace, outbox })
  await broker.remove()
  const { confirmed, received, dropped, drainMs } = result
  console.log(`bound of ${messagesMax} messages, ${confirmed} confirmed to the device`)
  console.log(`  received ${received}, counted as dropped ${dropped}`)
  console.log(`  unaccounted for ${confirmed - received - dropped}, drained in ${drainMs | 0} ms`)
}
