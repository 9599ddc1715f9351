// The offline queue: messages published before there is a link wait and go in order, alarms first.
// Watch: 'queued' for each publish, then the outcomes as soon as the broker answers.

import { connect } from '@motewire/sdk'

const client = connect(process.argv[2] ?? 'mqtt://127.0.0.1:1883', {
  clientId: 'example-queue',
  outbox: { messagesMax: 1_000, whenFull: 'drop-oldest' },
})
const open = new Set<unknown>()
client.on('outcome', (outcome, topic, _qos, _reasonCode, token) => {
  console.log(`${topic}: ${outcome}`)
  open.delete(token)
  if (open.size === 0) void client.end()
})

for (let i = 1; i <= 3; i++) {
  open.add(i)
  console.log(client.publish(`pump/bar/${i}`, `${2 + i / 10}`, { qos: 1, token: i }))
}
open.add('alarm')
console.log(client.publish('pump/alarm', 'pressure', { qos: 1, priority: 0, token: 'alarm' }))
