// The process that a crash run kills: `publisher.ts URL JOURNAL TOPIC QOS LEVEL publish|drain`. Its
// messages are the numbers 1, 2, 3, ...; the journal knows the last one that it ever accepted, so
// the next life goes on with the right number, whatever the kill has left undone.
// Says `open N` when the journal is open, and `drained N` when everything up to N is delivered.

import { connect, journal } from '@motewire/sdk'
import type { ProtocolVersion } from '@motewire/sdk'
import { durable } from './numbered-receiver.ts'

/** Messages that wait or are in flight; beyond it the publisher waits for outcomes. */
const QUEUED_MAX = 300

const [url = '', journalPath = '', topic = '', qosText, versionText, task] = process.argv.slice(2)
const qos = qosText === '2' ? 2 : 1
const protocolVersion = Number(versionText) as ProtocolVersion

const client = connect(url, {
  ...durable('publisher', protocolVersion),
  protocolVersion,
  reconnectPeriod: 20,
  reconnectPeriodMaxMs: 100,
  store: journal(journalPath),
})
let next = client.lastSerial + 1
console.log(`open ${next - 1}`)

if (task === 'publish') {
  client.on('outcome', publishMore)
  publishMore()
} else {
  client.on('outcome', handleDrained)
  client.on('connect', handleDrained)
}

function publishMore(): void {
  while (client.queued < QUEUED_MAX) client.publish(topic, String(next++), { qos })
}

function handleDrained(): void {
  if (client.queued > 0) return
  client.off('outcome', handleDrained).off('connect', handleDrained)
  console.log(`drained ${next - 1}`)
  void client.end()
}
