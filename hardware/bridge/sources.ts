// Where a bridge's connections come from: a serial port, here or afar, or a server that one
// connects to. Anything else that makes byte channels fits as well, an emulated UART for instance.

import { existsSync } from 'node:fs'
import { TcpChannel, TlsChannel, UsageError } from '@motewire/sdk'
import type { TlsOptions } from '@motewire/sdk'
import { parseIdentity } from '../port/identity.ts'
import type { LineControl } from '../port/line-control.ts'
import { PortWatch } from '../port/port-watch.ts'
import { Rfc2217Channel } from '../rfc2217/client-channel.ts'
import { SerialChannel } from '../port/serial-channel.ts'
import { describeSettings, resolveSettings } from '../port/settings.ts'
import type { SerialSettings } from '../port/settings.ts'
import { describeAddress, parseAddress } from './address.ts'
import type { Address } from './address.ts'
import type { ChannelSource } from './reopening-endpoint.ts'

/** A port whose line can be driven. */
export interface SerialSource extends ChannelSource {
  /** Of the port while it is open. */
  control(): LineControl | undefined
}

/** One look at the machine's ports serves all sources. */
const portWatch = new PortWatch()

/**
 * A serial port, opened anew after each loss.
 * @param path as for SerialChannel, or a distant port, `rfc2217://HOST:PORT`. A link is followed at
 * each open, so `/dev/serial/by-id/...` stays with the device when its number changes.
 * @throws UsageError when a setting can never work.
 */
export function serialSource(path: string, settings: SerialSettings = {}): SerialSource {
  const distant = /^rfc2217:\/\/([^/]+)\/?$/.exec(path)?.[1]
  if (distant !== undefined) return rfc2217Source(parseAddress(distant), settings)
  let newest: SerialChannel | undefined
  const source = {
    name: `serial ${path}`,
    detail: describeSettings(resolveSettings(settings)),
    connect: () => (newest = new SerialChannel(path, settings)),
    control: () => newest?.control,
    pendingBytes: () => newest?.pendingBytes,
  }
  const identity = parseIdentity(path)
  if (identity !== undefined) return { ...source, isPresent: () => portWatch.isPresent(identity) }
  // On Windows, ports are no files.
  if (process.platform === 'win32') return source
  return { ...source, isPresent: () => existsSync(path) }
}

/** A serial port of another machine, behind a server that speaks RFC 2217. */
export function rfc2217Source(address: Address, settings: SerialSettings = {}): SerialSource {
  let newest: Rfc2217Channel | undefined
  return {
    name: `rfc2217 ${describeAddress(address)}`,
    detail: describeSettings(resolveSettings(settings)),
    connect: () => (newest = new Rfc2217Channel(address, settings)),
    control: () => newest?.control,
  }
}

/** A TCP client: connects to a broker or any other server. */
export function tcpSource(address: Address): ChannelSource {
  if (address.port === 0)
    throw new UsageError('ERR_OPTION_INVALID', 'port is 0, expected 1 to 65535')
  return { name: `tcp ${describeAddress(address)}`, connect: () => new TcpChannel(address) }
}

/**
 * A broker by its URL: `mqtt://host`, `tcp://host:1883`, or with TLS `mqtts://host`,
 * `ssl://host:8883`.
 * @throws UsageError when it is no such URL, or a key or certificate cannot be read.
 */
export function brokerSource(text: string, tls: TlsOptions = {}): ChannelSource {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isSecure = url !== undefined && ['mqtts:', 'ssl:'].includes(url.protocol)
  const isPlain = url !== undefined && ['mqtt:', 'tcp:'].includes(url.protocol)
  if (url === undefined || url.hostname === '' || !(isPlain || isSecure)) {
    const message = `broker is ${text}, expected a URL like mqtt://host:1883 or mqtts://host`
    throw new UsageError('ERR_URL_INVALID', message)
  }
  const port = url.port === '' ? (isSecure ? '8883' : '1883') : url.port
  const address = parseAddress(`${url.hostname}:${port}`)
  if (isPlain) return tcpSource(address)
  const connect = (): TlsChannel => new TlsChannel(address, tls)
  // What is wrong with a certificate is told now, not at the first try.
  connect()
  return { name: `tls ${describeAddress(address)}`, connect }
}
