// The flags that `pub` and `sub` share with mosquitto_pub and mosquitto_sub, and the client they
// describe. Letters, defaults and meanings are those of the Mosquitto tools.

import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import type { ClientOptions, ProtocolVersion, QoS, Will } from '@motewire/sdk'
import { Exit, EXIT } from './exit.ts'

export interface MqttFlags {
  readonly host: string
  readonly port: number
  readonly url?: string
  readonly id?: string
  readonly idPrefix?: string
  readonly keepalive: number
  readonly username?: string
  readonly pw?: string
  readonly qos: QoS
  readonly protocolVersion?: ProtocolVersion
  readonly disableCleanSession?: boolean
  readonly sessionExpiryInterval?: number
  readonly quiet?: boolean
  readonly debug?: boolean
  readonly willTopic?: string
  readonly willPayload?: string
  readonly willQos?: QoS
  readonly willRetain?: boolean
}

const VERSIONS: Readonly<Record<string, ProtocolVersion>> = {
  mqttv31: 3,
  31: 3,
  mqttv311: 4,
  311: 4,
  mqttv5: 5,
  5: 5,
}

export function addMqttFlags(command: Command): Command {
  return command
    .helpOption('--help', 'show this help')
    .option('-h, --host <host>', 'broker host', '127.0.0.1')
    .option('-p, --port <port>', 'broker port', wholeFlag(1, 65_535), 1883)
    .option('-L, --url <url>', 'mqtt://[user:password@]host[:port]/topic instead of -h, -p and -t')
    .option('-i, --id <id>', 'client identifier (default: made at random)')
    .option('-I, --id-prefix <prefix>', 'client identifier made of this and the process id')
    .option('-k, --keepalive <seconds>', 'keepalive', wholeFlag(0, 65_535), 60)
    .option('-u, --username <name>', 'user name')
    .option('-P, --pw <password>', 'password')
    .option('-q, --qos <0|1|2>', 'quality of service', qosFlag, 0 as QoS)
    .option(
      '-V, --protocol-version <v>',
      'mqttv31, mqttv311 or mqttv5 (default: mqttv311)',
      versionFlag,
    )
    .option('-c, --disable-clean-session', 'keep the session on the broker (needs -i)')
    .option('-x, --session-expiry-interval <s>', 'seconds (MQTT 5)', wholeFlag(0, 0xffffffff))
    .option('-d, --debug', 'tell each packet on standard error')
    .option('--quiet', 'print no errors')
    .option('--will-topic <topic>', 'topic of the will')
    .option('--will-payload <text>', 'payload of the will')
    .option('--will-qos <0|1|2>', 'QoS of the will', qosFlag)
    .option('--will-retain', 'retain the will')
}

/** The broker to go to, and the topic if the URL named one. */
export function targetOf(flags: MqttFlags): { url: string; topic: string | undefined } {
  if (flags.url === undefined) {
    const host = flags.host.includes(':') ? `[${flags.host}]` : flags.host
    return { url: `mqtt://${host}:${flags.port}`, topic: undefined }
  }
  const path = URL.canParse(flags.url) ? new URL(flags.url).pathname.slice(1) : ''
  return { url: flags.url, topic: path === '' ? undefined : decodeURIComponent(path) }
}

export function clientOptionsOf(flags: MqttFlags): ClientOptions {
  if (flags.disableCleanSession === true && flags.id === undefined) {
    throw new Exit(EXIT.usage, 'option -c keeps a session, which needs a client identifier: add -i')
  }
  const clientId = flags.id ?? (flags.idPrefix && `${flags.idPrefix}${process.pid}`)
  const will = willOf(flags)
  return {
    keepalive: flags.keepalive,
    protocolVersion: flags.protocolVersion ?? 4,
    clean: flags.disableCleanSession !== true,
    // As the Mosquitto tools do: the session belongs to the identifier, not to the process.
    resume: 'adopt',
    ...(clientId === undefined ? {} : { clientId }),
    ...(flags.username === undefined ? {} : { username: flags.username }),
    ...(flags.pw === undefined ? {} : { password: flags.pw }),
    ...(will === undefined ? {} : { will }),
    ...(flags.sessionExpiryInterval === undefined
      ? {}
      : { properties: { sessionExpiryInterval: flags.sessionExpiryInterval } }),
  }
}

function willOf(flags: MqttFlags): Will | undefined {
  if (flags.willTopic === undefined) return undefined
  return {
    topic: flags.willTopic,
    payload: flags.willPayload ?? '',
    qos: flags.willQos ?? 0,
    retain: flags.willRetain ?? false,
  }
}

/** A whole number within bounds; what else is written is a usage error. */
export function wholeFlag(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text !== '' && Number.isInteger(value) && value >= min && value <= max) return value
    throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}`)
  }
}

/** Seconds, whole or not; what else is written is a usage error. */
export function secondsFlag(text: string): number {
  const value = Number(text)
  if (text !== '' && value >= 0 && value <= SECONDS_MAX) return value
  throw new InvalidArgumentError(`expected seconds, from 0 to ${SECONDS_MAX}`)
}

/** What a timer of Node takes, in whole millions. */
const SECONDS_MAX = 2_000_000

function qosFlag(text: string): QoS {
  if (text === '0' || text === '1' || text === '2') return Number(text) as QoS
  throw new InvalidArgumentError('expected 0, 1 or 2')
}

function versionFlag(text: string): ProtocolVersion {
  const version = VERSIONS[text]
  if (version !== undefined) return version
  throw new InvalidArgumentError('expected mqttv31, mqttv311 or mqttv5')
}

/** The whole of a file, or of standard input for `-`. */
export function readWhole(path: string): Buffer {
  return readFileSync(path === '-' ? 0 : path)
}

/** `a,b,c`. */
export function listFlag(text: string): readonly string[] {
  return text.split(',').filter((part) => part !== '')
}
