// `motewire sub`: prints messages with the flags of mosquitto_sub until stopped or counted out.

import type { Command } from 'commander'
import type { Client, Grant, ReceivedPacket } from '@motewire/sdk'
import { withClient } from '../command-client.ts'
import { Exit, EXIT } from '../exit.ts'
import { interrupted } from '../interrupt.ts'
import { addMqttFlags, targetOf, wholeFlag } from '../mqtt-flags.ts'
import type { MqttFlags } from '../mqtt-flags.ts'

interface SubFlags extends MqttFlags {
  readonly topic?: readonly string[]
  readonly verbose?: boolean
  readonly count?: number
  readonly timeout?: number
  readonly eol: boolean
  readonly noRetained?: boolean
  readonly retainedOnly?: boolean
  readonly exitAfterSub?: boolean
  readonly format?: string
}

export function addSub(program: Command): void {
  addMqttFlags(program.command('sub').description('print messages (flags of mosquitto_sub)'))
    .option('-t, --topic <filter>', 'topic filter; may be given several times', collect)
    .option('-v, --verbose', 'print the topic before each payload')
    .option('-C, --count <n>', 'leave after this many messages', wholeFlag(1, 1e9))
    .option('-W, --timeout <s>', 'leave after this many seconds', wholeFlag(1, 1e6))
    .option('-N, --no-eol', 'print no newline after payloads')
    .option('-R, --no-retained', 'do not print stale retained messages')
    .option('--retained-only', 'print only retained messages')
    .option('-E, --exit-after-sub', 'leave when the broker has granted the subscriptions')
    .option('-F, --format <text>', '%t topic, %p payload, %x hex, %q QoS, %r retain, %l length')
    .action(async (flags: SubFlags & { retained: boolean }) =>
      subscribe({ ...flags, noRetained: !flags.retained }),
    )
}

function collect(value: string, all: readonly string[] = []): readonly string[] {
  return [...all, value]
}

async function subscribe(flags: SubFlags): Promise<void> {
  const target = targetOf(flags)
  const filters = [...(flags.topic ?? []), ...(target.topic === undefined ? [] : [target.topic])]
  if (filters.length === 0) throw new Exit(EXIT.usage, 'no topic filter given: add -t FILTER')
  await withClient(target.url, flags, undefined, (client) => untilDone(client, filters, flags))
}

/** Resolves when the count is reached or somebody interrupts; rejects on refusal or timeout. */
function untilDone(client: Client, filters: string[], flags: SubFlags): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = flags.count ?? Infinity
    client.on('message', (topic, payload, packet) => {
      if (packet.retain ? flags.noRetained === true : flags.retainedOnly === true) return
      if (left <= 0) return
      process.stdout.write(render(topic, payload, packet, flags))
      if (--left === 0) resolve()
    })
    client.on('offline', (cause, retryInMs) => {
      if (retryInMs === undefined || cause?.retryable === false) {
        return reject(cause ?? new Exit(EXIT.failed, 'the broker closed the connection'))
      }
      const again = `trying again in ${(retryInMs / 1000).toFixed(1)} s`
      if (flags.quiet !== true) process.stderr.write(`${cause?.message ?? 'closed'}; ${again}\n`)
    })
    const settle = (grants: Grant[]): void => {
      const refused = grants.find((grant) => grant.qos >= 0x80)
      if (refused) reject(new Exit(EXIT.failed, `broker refused the filter '${refused.topic}'`))
      else if (flags.exitAfterSub === true) resolve()
    }
    client.subscribe(filters, { qos: flags.qos }).then(settle, reject)
    if (flags.timeout !== undefined) {
      const late = new Exit(EXIT.failed, `timed out after ${flags.timeout} s`)
      setTimeout(() => reject(late), flags.timeout * 1000).unref()
    }
    void interrupted().then(resolve)
  })
}

function render(topic: string, payload: Buffer, packet: ReceivedPacket, flags: SubFlags): Buffer {
  const end = Buffer.from(flags.eol ? '\n' : '')
  if (flags.format !== undefined) {
    return Buffer.concat([Buffer.from(formatted(flags.format, topic, payload, packet)), end])
  }
  const prefix = Buffer.from(flags.verbose === true ? `${topic} ` : '')
  return Buffer.concat([prefix, payload, end])
}

function formatted(format: string, topic: string, payload: Buffer, packet: ReceivedPacket): string {
  const values: Readonly<Record<string, string>> = {
    t: topic,
    p: payload.toString(),
    x: payload.toString('hex'),
    q: String(packet.qos),
    r: packet.retain ? '1' : '0',
    l: String(payload.length),
    '%': '%',
  }
  return format
    .replace(/%(.)/g, (whole, key: string) => values[key] ?? whole)
    .replace(/\\n/g, '\n')
    .replace(/\\t/g, '\t')
}
