// Handlers by filter, and a loop over messages: both hold the acknowledgement until the work is
// done, so a slow consumer slows the server down instead of filling memory.
// Watch: jobs are confirmed one after the other, each when its work is over.

import { setTimeout as wait } from 'node:timers/promises'
import { connectAsync } from '@motewire/sdk'

const client = await connectAsync(process.argv[2] ?? 'mqtt://127.0.0.1:1883')
await client.subscribe(['jobs/+', 'news/#'], { qos: 1 })

client.handle('jobs/+', async (topic, payload) => {
  await wait(20)
  console.log(`${topic} done: ${payload.toString()}`)
})

for (const name of ['a', 'b', 'c']) client.publish(`jobs/${name}`, 'work', { qos: 1 })
client.publish('news/today', 'three jobs', { qos: 1 })

for await (const { topic, payload } of client.messages('news/#')) {
  console.log(`${topic}: ${payload.toString()}`)
  break
}
await client.end({ drainMs: 1_000 })
