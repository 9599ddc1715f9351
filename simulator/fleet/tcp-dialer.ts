// How many devices of one process reach brokers: spread over several brokers, and over source
// addresses, because one address has only so many ports. Which device gets which hangs on its
// number alone. Each device has TLS sessions and a certificate of its own.

import { accessSync, constants, readFileSync } from 'node:fs'
import { channelOpener } from '@motewire/sdk'
import type { ByteChannel, LinkOptions } from '@motewire/sdk'
import { UsageError } from '@motewire/sdk/errors'
import type { BrokerTarget, DevicePlan } from '../scenario/index.ts'

/** What a dialer needs to know of a device. */
export type DialledDevice = Pick<DevicePlan, 'index' | 'clientId' | 'cert' | 'key'>

/** Makes what opens a device's channel at each attempt; asked once a device. */
export type Dialer = (device: DialledDevice) => () => ByteChannel

/**
 * Where the system chooses the source, a port serves one connection to each broker, and Linux looks
 * through the even ones of its 28,232 first: with more devices than that each connect takes longer.
 */
const DEVICES_A_BROKER = 14_000
/**
 * A source that is named is bound before the broker is known, so a port of it serves one connection
 * in all. Linux looks through the odd ones of the lower half first, 7,058, and connections that
 * have ended hold theirs for a minute.
 */
const DEVICES_A_SOURCE = 5_000

/** Which of so many brokers a device takes: they are taken in turn. */
export function brokerOf({ index }: Pick<DevicePlan, 'index'>, brokers: number): number {
  return index % brokers
}

export interface DialTargets {
  /** Broker URLs of any scheme that the SDK knows. */
  readonly urls: readonly string[]
  /** Addresses of this machine to connect from; none: the system's choice. */
  readonly sources?: readonly string[]
  /** Whom to trust. Default: as Node does. */
  readonly trust?: Pick<BrokerTarget, 'ca' | 'isVerified'>
}

/** @throws UsageError `ERR_URL_INVALID`; `ERR_OPTION_INVALID` for a file that cannot be read. */
export function brokerDialer({ urls, sources = [], trust }: DialTargets): Dialer {
  const brokers = urls.map((url) => new URL(url))
  const files = new PemFiles()
  const common: LinkOptions = {
    ...(trust?.ca === undefined ? {} : { ca: files.read(trust.ca) }),
    ...(trust?.isVerified === false ? { rejectUnauthorized: false } : {}),
  }
  // What is wrong with a URL is told before the run.
  for (const broker of brokers) channelOpener(broker, common)
  const shared = new Map<string, () => ByteChannel>()
  return ({ index, cert, key }) => {
    const broker = brokers[brokerOf({ index }, brokers.length)]!
    // Devices of one broker are spread evenly over the sources too.
    const localAddress = sources[Math.floor(index / brokers.length) % sources.length]
    const options = { ...common, ...(localAddress === undefined ? {} : { localAddress }) }
    if (isTls(broker)) {
      const own = { ...(cert && { cert: files.read(cert) }), ...(key && { key: files.read(key) }) }
      return channelOpener(broker, { ...options, ...own })
    }
    // Without TLS an opener has nothing of its device.
    const name = `${broker.href} ${localAddress}`
    const opener = shared.get(name) ?? channelOpener(broker, options)
    shared.set(name, opener)
    return opener
  }
}

/**
 * Before the run, so that no device fails in the middle of it.
 * @throws UsageError `ERR_OPTION_INVALID` for a certificate or key that cannot be read.
 */
export function checkCertificates(devices: Iterable<DialledDevice>): void {
  const seen = new Set<string>()
  for (const { cert, key } of devices) {
    for (const path of [cert, key]) {
      if (path === undefined || seen.has(path)) continue
      seen.add(path)
      try {
        accessSync(path, constants.R_OK)
      } catch (cause) {
        throw unreadable(path, cause)
      }
    }
  }
}

function isTls({ protocol }: URL): boolean {
  return ['mqtts:', 'ssl:', 'wss:'].includes(protocol)
}

/** Certificates and keys, each file read once. */
class PemFiles {
  readonly #texts = new Map<string, Buffer>()

  read(path: string): Buffer {
    const text = this.#texts.get(path) ?? readPem(path)
    this.#texts.set(path, text)
    return text
  }
}

function readPem(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

function unreadable(path: string, cause: unknown): UsageError {
  const message = `${path} cannot be read: ${(cause as Error).message}`
  return new UsageError('ERR_OPTION_INVALID', message, { cause })
}

/**
 * Enough loopback addresses for so many devices toward brokers of this machine; none where the
 * system's choice is enough.
 */
export function loopbackSources(devices: number, urls: readonly string[]): string[] {
  const isLoopback = urls.every((url) => /^(127\.|localhost$)/.test(new URL(url).hostname))
  if (!isLoopback || devices / urls.length <= DEVICES_A_BROKER) return []
  const needed = Math.ceil(devices / DEVICES_A_SOURCE)
  return Array.from({ length: needed }, (_, at) => loopbackAddress(at))
}

/** 127.1.0.1 and on: clear of what resolvers use. */
function loopbackAddress(at: number): string {
  const host = at + 1
  return `127.1.${(host >>> 8) & 255}.${host & 255}`
}
