// npm run bench: the table of figures, our client beside MQTT.js and raw sockets in one run. Ratios
// matter, absolute figures depend on the machine. `npm run bench -- throughput` prints one part.
// Bounded: about three minutes.

import { benchBacklog } from './backlog.ts'
import { benchIdleClients, benchTurns } from './idle-clients.ts'
import { benchThroughput } from './throughput.ts'

const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  throughput: () => benchThroughput(),
  idle: () => benchIdleClients(),
  turns: () => benchTurns(),
  backlog: () => benchBacklog(),
}

const asked = process.argv.slice(2)
const unknown = asked.find((name) => !(name in PARTS))
if (unknown === undefined) {
  for (const name of asked.length === 0 ? Object.keys(PARTS) : asked) await PARTS[name]!()
} else {
  console.error(`no part is called ${unknown}; there are ${Object.keys(PARTS).join(', ')}`)
  process.exitCode = 2
}
