// `motewire bridge`: joins a serial port to TCP, or a device that speaks MQTT to a broker, until it
// is stopped; or the many ports of a file (cli/bridge).

import { basename } from 'node:path'
import type { Command } from 'commander'
import { Option } from 'commander'
import {
  Bridge,
  brokerSource,
  Gateway,
  lineDevice,
  MqttBridge,
  parseAddress,
  serialSource,
  tapSource,
  tcpSource,
  udpSource,
} from '@motewire/hardware'
import type {
  AnyBridge,
  BridgeNotice,
  BridgeOptions,
  BridgeSnapshot,
  ChannelSource,
  ListenSource,
  MqttFraming,
} from '@motewire/hardware'
import { sharedClock } from '@motewire/sdk'
import { loadBridgeConfig } from '../bridge/bridge-config.ts'
import { runBridgeService } from '../bridge/bridge-service.ts'
import { Exit, EXIT } from '../exit.ts'
import { interrupted } from '../interrupt.ts'
import { openLendingDesk } from '../lending.ts'
import { listFlag, wholeFlag } from '../mqtt-flags.ts'
import { tapsOf, withTaps } from '../taps.ts'

interface BridgeFlags {
  readonly config?: string
  readonly check?: boolean
  readonly serial?: string
  readonly baud: number
  readonly tcp?: string
  readonly listen?: string
  readonly udp?: readonly string[]
  readonly allow?: readonly string[]
  readonly viewers?: number
  readonly kick?: boolean
  readonly rfc2217?: boolean
  readonly mqtt?: string
  readonly framing?: MqttFraming | 'line'
  readonly name?: string
  readonly window?: number
  readonly username?: string
  readonly password?: string
  readonly rtscts?: boolean
  readonly trace?: 'mqtt' | 'hex'
  readonly pcap?: string
}

export function addBridge(program: Command): void {
  program
    .command('bridge')
    .description('join a serial port to a TCP address, or a device that speaks MQTT to a broker')
    .argument('[config]', 'a file of many ports (docs/bridge-config.md)')
    .option('--config <file>', 'the same; SIGHUP reads it again')
    .option('--check', 'only say what is wrong with the file')
    .option('--serial <path>', 'or one serial port: /dev/ttyUSB0, COM3, rfc2217://HOST:PORT')
    .option('--baud <rate>', 'bits a second', wholeFlag(1, 20_000_000), 115_200)
    .option('--tcp <host:port>', 'pass bytes on to this address')
    .option('--listen <host:port>', 'or to the client that connects to this one')
    .option('--udp <peers>', 'or in datagrams to and from HOST:PORT,HOST:PORT', listFlag)
    .option('--allow <list>', 'with --listen: who may come, 10.0.0.0/8,192.168.1.7', listFlag)
    .option('--viewers <n>', 'with --listen: clients that watch the writer', wholeFlag(0, 64))
    .option('--kick', 'with --listen: a new client takes the place of the one before')
    .option('--rfc2217', 'with --listen: clients set speed and modem lines (RFC 2217)')
    .option('--mqtt <url>', 'or pass whole MQTT packets on to this broker: mqtt://host:1883')
    .addOption(
      new Option(
        '--framing <kind>',
        'with --mqtt: packets as they are, in frames, or lines (default: raw)',
      ).choices(['raw', 'slip', 'cobs', 'hdlc', 'length', 'line']),
    )
    .option(
      '--window <bytes>',
      "with --mqtt: the device's receive buffer (default: 64, or what it says)",
      wholeFlag(16, 65_535),
    )
    .option('--name <name>', 'with --framing line: client id and topic (default: the port)')
    .option('--username <name>', 'with --mqtt: for the broker, instead of what the device says')
    .option('--password <text>', 'with --mqtt: likewise')
    .option('--rtscts', 'hardware flow control')
    .addOption(new Option('--trace <kind>', 'show what passes').choices(['mqtt', 'hex']))
    .option('--pcap <file>', 'write what passes to a capture file for Wireshark')
    .action(runBridge)
}

async function runBridge(file: string | undefined, flags: BridgeFlags): Promise<void> {
  const config = flags.config ?? file
  if ((config === undefined) === (flags.serial === undefined)) {
    throw new Exit(EXIT.usage, 'expected either --serial PATH or --config FILE')
  }
  if (config === undefined && flags.check === true) {
    throw new Exit(EXIT.usage, '--check goes with a file only')
  }
  if (config === undefined) await runPort(flags)
  else if (flags.check === true) checkConfig(config)
  else await runBridgeService(config)
}

function checkConfig(path: string): void {
  const { ports } = loadBridgeConfig(path)
  for (const { name, entry } of ports) {
    process.stdout.write(`${name}: ${entry.serial} speaks ${entry.speaks}\n`)
  }
}

async function runPort(flags: BridgeFlags): Promise<void> {
  const bridge = makeBridge(flags)
  const stop = interrupted()
  await bridge.start()
  const { name = basename(flags.serial ?? ''), serial = '' } = flags
  const desk = await openLendingDesk(() => [{ name, serial, bridge }])
  await stop
  await desk?.close()
  const last = bridge.snapshot()
  await bridge.stop()
  process.stdout.write(`${counters(last)}\n`)
}

function makeBridge(flags: BridgeFlags): AnyBridge {
  const { serial = '', baud, tcp, listen, udp, mqtt, rtscts = false } = flags
  if ([tcp, listen, udp, mqtt].filter((one) => one !== undefined).length !== 1) {
    const all = '--tcp HOST:PORT, --listen HOST:PORT, --udp HOST:PORT and --mqtt URL'
    throw new Exit(EXIT.usage, `expected one of ${all}`)
  }
  const { trace, pcap, framing = 'raw' } = flags
  const isPackets = mqtt !== undefined && framing !== 'line'
  const named = { trace, pcap, framing: isPackets ? framing : undefined, name: serial }
  const taps = tapsOf(named, (time, text) => process.stdout.write(`${time} ${text}\n`))
  const port = tapSource(serialSource(serial, { baud, rtscts }), taps)
  return withTaps(joinPort(flags, port), taps)
}

function joinPort(flags: BridgeFlags, port: ChannelSource): AnyBridge {
  const { listen, mqtt } = flags
  if (mqtt !== undefined) return mqttBridge(flags, mqtt, port)
  for (const name of ['allow', 'viewers', 'kick', 'rfc2217'] as const) {
    if (flags[name] === undefined || listen !== undefined) continue
    throw new Exit(EXIT.usage, `--${name} goes with --listen only`)
  }
  for (const name of ['framing', 'window', 'name', 'username', 'password'] as const) {
    if (flags[name] === undefined) continue
    throw new Exit(EXIT.usage, `--${name} goes with --mqtt only`)
  }
  return new Bridge({ port, net: netOf(flags), handleNotice })
}

function netOf(flags: BridgeFlags): BridgeOptions['net'] {
  const { tcp, listen = '', udp } = flags
  if (udp !== undefined) {
    return udpSource({ peers: udp.map((peer) => parseAddress(peer)), clock: sharedClock() })
  }
  return tcp === undefined ? listenSource(flags, listen) : tcpSource(parseAddress(tcp))
}

function listenSource({ allow, viewers, kick, rfc2217 }: BridgeFlags, text: string): ListenSource {
  return {
    listen: parseAddress(text),
    ...(allow === undefined ? {} : { allow }),
    ...(viewers === undefined ? {} : { viewersMax: viewers }),
    ...(kick === true ? { whenBusy: 'kick' as const } : {}),
    ...(rfc2217 === true ? { rfc2217: {} } : {}),
  }
}

function mqttBridge(
  {
    framing = 'raw',
    window,
    username,
    password,
    serial = '',
    name = basename(serial),
  }: BridgeFlags,
  text: string,
  port: ChannelSource,
): AnyBridge {
  if (!URL.canParse(text)) {
    throw new Exit(EXIT.usage, `--mqtt is ${text}, expected a URL like mqtt://host:1883`)
  }
  const url = new URL(text)
  const user = username ?? decodeURIComponent(url.username)
  const secret = password ?? decodeURIComponent(url.password)
  const credentials = user === '' ? {} : { username: user, password: secret }
  if (framing === 'line') {
    const device = lineDevice({ name })
    return new Gateway({ port, brokerUrl: text, name, device, client: credentials, handleNotice })
  }
  return new MqttBridge({
    port,
    broker: brokerSource(text),
    framing,
    downlink: window === undefined ? {} : { windowBytes: window },
    ...(user === '' ? {} : { identity: credentials }),
    handleNotice,
  })
}

function handleNotice({ message, error }: BridgeNotice): void {
  const time = new Date().toISOString().slice(11, 23)
  const out = error === undefined ? process.stdout : process.stderr
  out.write(`${time} ${message}\n`)
}

function counters({ port, net, uplink, downlink }: BridgeSnapshot): string {
  return [
    `to net    ${uplink.bytes} bytes, ${uplink.droppedBytes} dropped`,
    `to serial ${downlink.bytes} bytes, ${downlink.droppedBytes} dropped`,
    `opened    port ${port.opens} times, net ${net.opens} times`,
  ].join('\n')
}
