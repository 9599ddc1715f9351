// `motewire pub`: publishes messages with the flags of mosquitto_pub, then leaves.

import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Client } from '@motewire/sdk'
import { online, withClient } from '../command-client.ts'
import { Exit, EXIT } from '../exit.ts'
import { addMqttFlags, readWhole, secondsFlag, targetOf, wholeFlag } from '../mqtt-flags.ts'
import type { MqttFlags } from '../mqtt-flags.ts'

interface PubFlags extends MqttFlags {
  readonly topic?: string
  readonly message?: string
  readonly file?: string
  readonly stdinFile?: boolean
  readonly stdinLine?: boolean
  readonly nullMessage?: boolean
  readonly retain?: boolean
  readonly repeat: number
  readonly repeatDelay: number
}

export function addPub(program: Command): void {
  addMqttFlags(program.command('pub').description('publish messages (flags of mosquitto_pub)'))
    .option('-t, --topic <topic>', 'topic to publish to')
    .option('-m, --message <text>', 'the payload')
    .option('-f, --file <path>', 'payload from a file')
    .option('-s, --stdin-file', 'payload is all of standard input')
    .option('-l, --stdin-line', 'one message for each line of standard input')
    .option('-n, --null-message', 'an empty payload')
    .option('-r, --retain', 'retain the message')
    .option('--repeat <n>', 'publish this many times', wholeFlag(1, 1e9), 1)
    .option('--repeat-delay <s>', 'seconds between repetitions', secondsFlag, 0)
    .action(async (flags: PubFlags) => publish(flags))
}

async function publish(flags: PubFlags): Promise<void> {
  const target = targetOf(flags)
  const topic = flags.topic ?? target.topic
  if (topic === undefined) throw new Exit(EXIT.usage, 'no topic given: add -t TOPIC')
  const payload = flags.stdinLine === true ? undefined : payloadOf(flags)
  await withClient(target.url, flags, 30_000, async (client) => {
    await online(client)
    if (payload === undefined) await publishLines(client, topic, flags)
    else await publishRepeatedly(client, topic, payload, flags)
  })
}

function payloadOf(flags: PubFlags): Buffer {
  const sources = [flags.message, flags.file, flags.stdinFile, flags.nullMessage]
  if (sources.filter((one) => one !== undefined).length !== 1) {
    throw new Exit(EXIT.usage, 'expected exactly one of -m TEXT, -f FILE, -s, -l and -n')
  }
  if (flags.message !== undefined) return Buffer.from(flags.message)
  if (flags.nullMessage === true) return Buffer.alloc(0)
  return readWhole(flags.file ?? '-')
}

async function publishRepeatedly(
  client: Client,
  topic: string,
  payload: Buffer,
  { qos, retain = false, repeat, repeatDelay }: PubFlags,
): Promise<void> {
  for (let i = 0; i < repeat; i++) {
    if (i > 0 && repeatDelay > 0) await wait(repeatDelay * 1000)
    await client.publishAsync(topic, payload, { qos, retain })
  }
}

/** Lines are published as they come; the broker's pace holds back the reader. */
async function publishLines(
  client: Client,
  topic: string,
  { qos, retain = false }: PubFlags,
): Promise<void> {
  const inFlight = new Set<Promise<void>>()
  for await (const line of createInterface({ input: process.stdin })) {
    const sent = client
      .publishAsync(topic, line, { qos, retain })
      .finally(() => inFlight.delete(sent))
    inFlight.add(sent)
    if (inFlight.size >= LINES_IN_FLIGHT_MAX) await Promise.race(inFlight)
  }
  await Promise.all(inFlight)
}

const LINES_IN_FLIGHT_MAX = 1_000
