// Credentials that expire, and several brokers: a function is asked before each attempt, and says
// why the last one ended. Watch: one line for each attempt; the first broker does not answer.

import { connectAsync } from '@motewire/sdk'

const url = process.argv[2] ?? 'mqtt://127.0.0.1:1883'
const client = await connectAsync(['mqtt://127.0.0.1:1', url], {
  reconnectPeriod: 50,
  credentials: async ({ attempt, url: broker, cause }) => {
    console.log(`attempt ${attempt} at ${broker}${cause ? ` after ${cause.code}` : ''}`)
    return { username: 'gateway', password: await freshToken() }
  },
})
console.log(`connected as ${client.clientId.slice(0, 9)}`)
await client.end()

/** Where a real gateway asks its token service. */
function freshToken(): Promise<string> {
  return Promise.resolve(`token-${process.pid}`)
}
