// A queue that survives the end of the process: QoS 1 and 2 messages stand in a file until they are
// delivered. Run it twice, or kill it in the middle (kill -9): the next run goes on.
// Watch: the number of the last message ever accepted grows over the runs.

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, journal } from '@motewire/sdk'

const client = connect(process.argv[2] ?? 'mqtt://127.0.0.1:1883', {
  clientId: 'example-journal',
  clean: false,
  store: journal(join(tmpdir(), 'motewire-example.journal')),
})
console.log(`${client.queued} messages wait from before; ${client.lastSerial} accepted so far`)

await client.publishAsync('meter/reading', `reading ${client.lastSerial + 1}`, { qos: 2 })
console.log(`delivered number ${client.lastSerial}`)
await client.end({ drainMs: 2_000 })
