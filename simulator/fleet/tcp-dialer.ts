// How many devices of one process reach brokers over TCP: spread over several brokers, and over
// source addresses, because one address has only so many ports toward one broker. Which device gets
// which hangs on its number alone.

import { TcpChannel } from '@motewire/sdk'
import type { ByteChannel } from '@motewire/sdk'
import { UsageError } from '@motewire/sdk/errors'
import type { DevicePlan } from '../scenario/index.ts'
import type { Dialer } from './fleet.ts'

const DEFAULT_PORT = 1_883
/** Below the 28,232 ports that Linux gives out for each pair of addresses. */
const DEVICES_A_SOURCE = 20_000

export interface TcpTargets {
  /** Broker URLs: `mqtt://` or `tcp://`. */
  readonly urls: readonly string[]
  /** Addresses of this machine to connect from; none: the system's choice. */
  readonly sources: readonly string[]
}

/** @throws UsageError `ERR_URL_INVALID` for a URL of another scheme. */
export function tcpDialer({ urls, sources }: TcpTargets): Dialer {
  const brokers = urls.map(addressOf)
  return ({ index }: DevicePlan): ByteChannel => {
    const broker = brokers[index % brokers.length]!
    // Devices of one broker are spread evenly over the sources too.
    const localAddress = sources[Math.floor(index / brokers.length) % sources.length]
    return new TcpChannel({ ...broker, ...(localAddress === undefined ? {} : { localAddress }) })
  }
}

/** Whether all brokers are reached over the plain TCP that a dialer speaks. */
export function isPlainTcp(url: string): boolean {
  return /^(mqtt|tcp):\/\//.test(url)
}

function addressOf(text: string): { host: string; port: number } {
  if (!isPlainTcp(text) || !URL.canParse(text)) {
    const message = `broker '${text}' is not mqtt:// or tcp://, which links and sources need`
    throw new UsageError('ERR_URL_INVALID', message)
  }
  const { hostname, port } = new URL(text)
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  return { host, port: port === '' ? DEFAULT_PORT : Number(port) }
}

/**
 * Enough loopback addresses for so many devices toward so many brokers of this machine; none where
 * one address is enough.
 */
export function loopbackSources(devices: number, urls: readonly string[]): string[] {
  const isLoopback = urls.every((url) => /^(127\.|localhost$)/.test(new URL(url).hostname))
  const needed = Math.ceil(devices / urls.length / DEVICES_A_SOURCE)
  if (!isLoopback || needed < 2) return []
  return Array.from({ length: needed }, (_, at) => loopbackAddress(at))
}

/** 127.1.0.1 and on: clear of what resolvers use. */
function loopbackAddress(at: number): string {
  const host = at + 1
  return `127.1.${(host >>> 8) & 255}.${host & 255}`
}
