// Request and response over MQTT 5: the answer finds its way back by response topic and correlation
// data. Watch: the question is answered by the other client, and an unanswered one times out.

import { connectAsync } from '@motewire/sdk'
import type { MotewireError } from '@motewire/sdk'

const url = process.argv[2] ?? 'mqtt://127.0.0.1:1883'
const device = await connectAsync(url, { protocolVersion: 5, clientId: 'example-device' })
await device.subscribe('device/uptime', { qos: 1 })
device.handle('device/uptime', (_topic, _payload, { properties }) => {
  const { responseTopic, correlationData } = properties ?? {}
  if (responseTopic === undefined || correlationData === undefined) return
  device.publish(responseTopic, '42 days', { qos: 1, properties: { correlationData } })
})

const gateway = await connectAsync(url, { protocolVersion: 5, clientId: 'example-gateway' })
const answer = await gateway.request('device/uptime', '', { qos: 1 })
console.log(`uptime: ${answer.payload.toString()}`)
await gateway
  .request('device/nobody', '', { qos: 1, timeoutMs: 200 })
  .catch((error: MotewireError) => console.log(`${error.code}: ${error.message}`))

await Promise.all([device.end(), gateway.end()])
