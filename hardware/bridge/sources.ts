// Where a bridge's connections come from: a serial port, a TCP server that one connects to, or a
// TCP server that one is. Anything else that makes byte channels fits as well, an emulated UART for
// instance.

import { existsSync } from 'node:fs'
import { TcpChannel, UsageError } from '@motewire/sdk'
import { parseIdentity } from '../port/identity.ts'
import type { LineControl } from '../port/line-control.ts'
import { PortWatch } from '../port/port-watch.ts'
import { SerialChannel } from '../port/serial-channel.ts'
import { describeSettings, resolveSettings } from '../port/settings.ts'
import type { SerialSettings } from '../port/settings.ts'
import { describeAddress } from './address.ts'
import type { Address } from './address.ts'
import type { ChannelSource } from './reopening-endpoint.ts'

/** A TCP server for one client at a time. */
export interface ListenSource {
  readonly listen: Address
}

/** A port whose line can be driven. */
export interface SerialSource extends ChannelSource {
  /** Of the port while it is open. */
  control(): LineControl | undefined
}

/** One look at the machine's ports serves all sources. */
const portWatch = new PortWatch()

/**
 * A serial port, opened anew after each loss.
 * @param path as for SerialChannel. A link is followed at each open, so `/dev/serial/by-id/...`
 * stays with the device when its number changes.
 * @throws UsageError when a setting can never work.
 */
export function serialSource(path: string, settings: SerialSettings = {}): SerialSource {
  let newest: SerialChannel | undefined
  const source = {
    name: `serial ${path}`,
    detail: describeSettings(resolveSettings(settings)),
    connect: () => (newest = new SerialChannel(path, settings)),
    control: () => newest?.control,
  }
  const identity = parseIdentity(path)
  if (identity !== undefined) return { ...source, isPresent: () => portWatch.isPresent(identity) }
  // On Windows, ports are no files.
  if (process.platform === 'win32') return source
  return { ...source, isPresent: () => existsSync(path) }
}

/** A TCP client: connects to a broker or any other server. */
export function tcpSource(address: Address): ChannelSource {
  if (address.port === 0)
    throw new UsageError('ERR_OPTION_INVALID', 'port is 0, expected 1 to 65535')
  return { name: `tcp ${describeAddress(address)}`, connect: () => new TcpChannel(address) }
}
