// A device that publishes at QoS 1 through the gateway while the broker is away, and what a
// subscriber gets in the end. The device is a client of the SDK on an in-memory line, so that each
// of its messages is confirmed by the gateway and counted.

import { EventEmitter, once } from 'node:events'
import { connectAsync, sharedClock } from '@motewire/sdk'
import type { ByteChannel, OutboxOptions } from '@motewire/sdk'
import { memoryPipe } from '@motewire/sdk/testing'
import { Gateway, mqttDevice } from '@motewire/hardware'
import type { Mosquitto } from './mosquitto.ts'

export interface OutageOptions {
  readonly broker: Mosquitto
  /** Published while the broker is away. */
  readonly messages: number
  /** Called after each of them. */
  readonly pace?: () => Promise<void>
  readonly outbox: OutboxOptions
}

export interface OutageResult {
  /** Messages that the gateway has confirmed to the device. */
  readonly confirmed: number
  /** Different messages that the subscriber got. */
  readonly received: number
  /** Messages that gave way, as the gateway counts them. */
  readonly dropped: number
  /** The first message that arrived of those published while the broker was away. */
  readonly first: number
  /** From the broker's return to the last message, milliseconds. */
  readonly drainMs: number
}

const WAIT_MS = 30_000

export async function runOutage(options: OutageOptions): Promise<OutageResult> {
  const { broker, messages, pace, outbox } = options
  const clock = sharedClock()
  const retry = { reconnectPeriod: 50, reconnectPeriodMaxMs: 100 }
  const watcher = await connectAsync(broker.url, { clientId: 'watcher', clean: false, ...retry })
  const received = new Set<number>()
  const events = new EventEmitter()
  watcher.on('message', (_topic, payload) => {
    received.add(Number(payload.toString()))
    events.emit('seen')
  })
  await watcher.subscribe('load', { qos: 1 })
  let far: ByteChannel | undefined
  const near = (): ByteChannel => {
    const [one, other] = memoryPipe(clock, { name: 'line' })
    far = other
    return one
  }
  const gateway = new Gateway({
    port: { name: 'line', connect: near },
    brokerUrl: broker.url,
    name: 'gateway',
    // The line is as fast as memory; the window of a UART would be what is measured.
    device: mqttDevice({ downlink: { windowBytes: 4_096 } }),
    client: { ...retry, outbox },
    handleNotice: () => events.emit('notice'),
  })
  await gateway.start()
  const device = await connectAsync('tcp://line', { openChannel: () => far! })
  await device.publishAsync('load', '0', { qos: 1 })
  const signal = AbortSignal.timeout(WAIT_MS)
  while (!received.has(0)) await once(events, 'seen', { signal })
  await broker.stop()
  // What is sent on a link that is dead already is in flight, and cannot give way any more.
  while (gateway.snapshot().net.state === 'up') await once(events, 'notice', { signal })
  for (let number = 1; number <= messages; number++) {
    await device.publishAsync('load', String(number), { qos: 1 })
    await pace?.()
  }
  await broker.restart()
  const startedMs = clock.now()
  const drained = AbortSignal.timeout(WAIT_MS)
  while (!received.has(messages)) await once(events, 'seen', { signal: drained })
  const drainMs = clock.now() - startedMs
  const dropped = gateway.snapshot().counts['messagesLost'] ?? 0
  await device.end()
  await Promise.all([gateway.stop(), watcher.end()])
  received.delete(0)
  return {
    confirmed: messages,
    received: received.size,
    dropped,
    first: Math.min(...received),
    drainMs,
  }
}
