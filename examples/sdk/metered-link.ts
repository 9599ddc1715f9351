// A link where bytes cost money: a budget for messages, short topic aliases, several messages in
// one write, the latest value of each topic instead of all of them, and pings as rare as the
// network allows. Watch: the statistics at the end, bytes for each message above all.

import { connect } from '@motewire/sdk'

const client = connect(process.argv[2] ?? 'mqtt://127.0.0.1:1883', {
  protocolVersion: 'auto',
  autoAssignTopicAlias: true,
  adaptiveKeepalive: { leastS: 60, mostS: 1_200 },
  budget: { bytesPerSecond: 200, burstBytes: 2_000, batchMs: 50 },
  outbox: { messagesMax: 100, whenFull: 'latest-per-topic' },
})
for (let i = 0; i < 20; i++) client.publish('field/7/moisture', `${40 + i}`, { qos: 1 })
await client.publishAsync('field/7/alarm', 'dry', { qos: 1, priority: 0, ttlMs: 60_000 })
await client.end({ drainMs: 1_000 })

const { messagesSent, bytesSent, bytesPerMessage, roundTripMs = 0 } = client.statistics()
console.log(`${messagesSent} messages, ${bytesSent} bytes, ${bytesPerMessage.toFixed(0)} each`)
console.log(`round trip ${roundTripMs.toFixed(1)} ms`)
