// From a broker URL and the options of the link to channels. It does not know MQTT.

import { TcpChannel } from './channel/index.ts'
import type { ByteChannel } from './channel/index.ts'
import { UsageError } from './errors.ts'

export interface LinkOptions {
  /** Source address of outgoing TCP connections. */
  readonly localAddress?: string
  /** Makes the channel of each attempt; overrides the URL's scheme. */
  readonly openChannel?: (url: URL) => ByteChannel
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'mqtt:': 1883, 'tcp:': 1883 }

/** Reads a broker URL; a UsageError says what is wrong with it. */
export function brokerUrl(text: string | URL): URL {
  try {
    return new URL(text)
  } catch {
    throw new UsageError('ERR_URL_INVALID', `'${String(text)}' is not a URL like mqtt://host:1883`)
  }
}

/** How to reach the broker of `url`; made once, called for each attempt. */
export function channelOpener(url: URL, options: LinkOptions): () => ByteChannel {
  const { openChannel, localAddress } = options
  if (openChannel !== undefined) return () => openChannel(url)
  const defaultPort = DEFAULT_PORTS[url.protocol]
  if (defaultPort === undefined) {
    const known = Object.keys(DEFAULT_PORTS).join(' ')
    throw new UsageError(
      'ERR_URL_INVALID',
      `scheme '${url.protocol}' of the broker URL is not one of ${known}`,
    )
  }
  if (url.hostname === '') throw new UsageError('ERR_URL_INVALID', `'${url.href}' names no host`)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = url.port === '' ? defaultPort : Number(url.port)
  const address = { host, port, ...(localAddress === undefined ? {} : { localAddress }) }
  return () => new TcpChannel(address)
}
