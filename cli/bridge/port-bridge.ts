// From the entry of a port to the bridge that it means. What bytes are joined to is read in
// byte-plane.ts.

import {
  Bridge,
  brokerSource,
  Gateway,
  lineDevice,
  modbusDevice,
  MqttBridge,
  mqttDevice,
  serialSource,
  snDevice,
  tapSource,
} from '@motewire/hardware'
import type {
  AnyBridge,
  BridgeDefinition,
  BridgeNotice,
  ChannelSource,
  DeviceFactory,
  PacerOptions,
  PolledPoint,
} from '@motewire/hardware'
import { journal } from '@motewire/sdk'
import type { ClientOptions } from '@motewire/sdk'
import { tapsOf, withTaps } from '../taps.ts'
import { bytePlane } from './byte-plane.ts'
import type { BrokerSettings, PortConfig } from './bridge-config.ts'
import type { PortEntry } from './bridge-schema.ts'

/** Where a port tells what a person wants to know. */
export interface PortOutput {
  handleNotice(port: string, notice: BridgeNotice): void
  /** A line of its trace. */
  writeTrace(port: string, time: string, text: string): void
}

/** The certificates are part of the fingerprint: a reload puts new ones into use. */
export function bridgeDefinition(port: PortConfig, output: PortOutput): BridgeDefinition {
  return {
    name: port.name,
    fingerprint: JSON.stringify(port),
    make: () => {
      const { entry, pcap, name } = port
      const source = portSource(entry)
      const { trace, pcapBytes } = entry
      const framing = entry.speaks === 'mqtt' ? entry.framing : undefined
      const taps = tapsOf(
        { trace, pcap, pcapBytes, framing, name: `${name} (${entry.serial})` },
        (time, text) => output.writeTrace(name, time, text),
      )
      const handleNotice = (notice: BridgeNotice): void => output.handleNotice(name, notice)
      return withTaps(makeBridge(port, tapSource(source, taps), handleNotice), taps)
    },
  }
}

function makeBridge(
  config: PortConfig,
  port: ChannelSource,
  handleNotice: (notice: BridgeNotice) => void,
): AnyBridge {
  const { entry, broker } = config
  const { stallAfter } = entry
  const common = {
    port,
    handleNotice,
    ...(stallAfter === undefined ? {} : { stallMs: stallAfter }),
  }
  if (broker === undefined) {
    return new Bridge({ ...common, ...bytePlane(config) })
  }
  const { url, tls } = broker
  const { framing } = entry
  if (entry.speaks === 'mqtt' && entry.session === 'device') {
    const downlink = pacerOptions(entry)
    const identity = identityOf(broker)
    const source = brokerSource(url, tls)
    return new MqttBridge({ ...common, broker: source, framing, downlink, identity })
  }
  const client = clientOptions(config, broker)
  const device = deviceOf(config)
  return new Gateway({ ...common, brokerUrl: url, name: config.name, device, client })
}

function portSource(entry: PortEntry): ChannelSource {
  const { serial, baud, dataBits, parity, stopBits, rtscts, lines } = entry
  return serialSource(serial, {
    ...(baud === undefined ? {} : { baud }),
    ...(dataBits === undefined ? {} : { dataBits: dataBits as 5 | 6 | 7 | 8 }),
    ...(parity === undefined ? {} : { parity }),
    ...(stopBits === undefined ? {} : { stopBits: stopBits as 1 | 2 }),
    ...(rtscts === undefined ? {} : { rtscts }),
    ...(lines === undefined ? {} : { lines }),
  })
}

function pacerOptions({ window, packet }: PortEntry): PacerOptions {
  return {
    ...(window === undefined ? {} : { windowBytes: window }),
    ...(packet === undefined ? {} : { devicePacketBytesMax: packet }),
  }
}

function identityOf({ url, tls: _tls, keepalive: _keepalive, ...named }: BrokerSettings): {
  readonly clientId?: string
  readonly username?: string
  readonly password?: string
} {
  const { username, password } = new URL(url)
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...named,
  }
}

function clientOptions(
  { entry: { outbox = {} }, store }: PortConfig,
  { url: _url, tls, ...named }: BrokerSettings,
): Omit<ClientOptions, 'will' | 'clock' | 'manualAcks' | 'payloads'> {
  const { messages, bytes, whenFull } = outbox
  return {
    ...named,
    ...tls,
    ...(store === undefined ? {} : { store: journal(store), clean: false }),
    outbox: {
      ...(messages === undefined ? {} : { messagesMax: messages }),
      ...(bytes === undefined ? {} : { bytesMax: bytes }),
      ...(whenFull === undefined ? {} : { whenFull }),
    },
  }
}

function deviceOf({ name, entry }: PortConfig): DeviceFactory {
  const { framing, topics, topic, commands, window, silentAfter, awake, tellsBroker } = entry
  if (entry.speaks === 'lines') {
    return lineDevice({
      name,
      ...(topic === undefined ? {} : { topic }),
      ...(commands === undefined ? {} : { commands }),
      ...(window === undefined ? {} : { windowBytes: window }),
      ...(silentAfter === undefined ? {} : { silentAfterMs: silentAfter }),
      ...(tellsBroker === undefined ? {} : { tellsBroker }),
    })
  }
  if (entry.speaks === 'modbus') {
    const points = Object.entries(entry.points ?? {}).map(([key, point]): [string, PolledPoint] => {
      const { every: everyMs, writable: isWritable, ...rest } = point
      return [key, { ...rest, everyMs, isWritable }]
    })
    return modbusDevice({ name, baud: entry.baud ?? 115_200, points: Object.fromEntries(points) })
  }
  const rules = topics === undefined ? {} : { topics: topics.map((rule) => expandRule(rule, name)) }
  if (entry.speaks === 'mqtt-sn') {
    const known = Object.entries(entry.predefined ?? {})
    const packetBytesMax = entry.packet ?? window
    return snDevice({
      framing,
      predefined: new Map(known.map(([id, its]) => [Number(id), its])),
      ...(packetBytesMax === undefined ? {} : { packetBytesMax }),
      ...rules,
    })
  }
  return mqttDevice({
    framing,
    downlink: pacerOptions(entry),
    ...rules,
    ...(awake === undefined ? {} : { awakeMs: awake }),
  })
}

/** `{port}` in a topic of the broker is the name of the port. */
function expandRule<Rule extends { readonly broker: string }>(rule: Rule, port: string): Rule {
  return { ...rule, broker: rule.broker.replaceAll('{port}', port) }
}
