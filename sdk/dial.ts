// From a broker URL and the options of the link to channels: which scheme means what, where it goes
// and what is wrong with it, before anything is dialled. It does not know MQTT.

import {
  parseProxy,
  TcpChannel,
  TlsChannel,
  TlsDialer,
  UnixChannel,
  WebSocketChannel,
} from './channel/index.ts'
import type { ByteChannel, TcpAddress, TlsOptions, WebSocketOptions } from './channel/index.ts'
import { UsageError } from './errors.ts'

/** How a broker is reached. The TLS options count for `mqtts`, `ssl` and `wss`. */
export interface LinkOptions extends TlsOptions {
  /** Source address of outgoing TCP connections. */
  readonly localAddress?: string
  /** IP version; default: whichever answers first. */
  readonly family?: 4 | 6
  /**
   * Proxy on the way: `socks5://user:password@host:1080` or `http://user:password@host:3128`
   * (CONNECT). It looks the broker's host name up.
   */
  readonly proxy?: string | URL
  /** For `ws` and `wss`. */
  readonly wsOptions?: WebSocketOptions
  /** Makes the channel of each attempt; overrides the URL's scheme. */
  readonly openChannel?: (url: URL) => ByteChannel
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  'mqtt:': 1883,
  'tcp:': 1883,
  'mqtts:': 8883,
  'ssl:': 8883,
  'ws:': 80,
  'wss:': 443,
}

/** Reads a broker URL; a UsageError says what is wrong with it. */
export function brokerUrl(text: string | URL): URL {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new UsageError('ERR_URL_INVALID', `'${String(text)}' is not a URL like mqtt://host:1883`)
  }
  return url
}

/**
 * How to reach the broker of `url`; made once, called for each attempt.
 * @throws UsageError ERR_URL_INVALID, ERR_OPTION_INVALID.
 */
export function channelOpener(
  url: URL,
  options: LinkOptions & { readonly protocolVersion?: number },
): () => ByteChannel {
  const { openChannel } = options
  if (openChannel !== undefined) return handOver(openChannel, url)
  if (url.protocol === 'unix:') return unixOpener(url, options)
  const defaultPort = DEFAULT_PORTS[url.protocol]
  if (defaultPort === undefined) throw unknownScheme(url)
  if (url.hostname === '') throw new UsageError('ERR_URL_INVALID', `'${url.href}' names no host`)
  const address = addressOf(url, defaultPort, options)
  switch (url.protocol) {
    case 'mqtts:':
    case 'ssl:': {
      const dialer = new TlsDialer(options)
      return () => new TlsChannel(address, dialer)
    }
    case 'ws:':
    case 'wss:': {
      const dialer = url.protocol === 'wss:' ? new TlsDialer(options) : undefined
      const wsOptions = webSocketOptions(url, options)
      return () => new WebSocketChannel(address, wsOptions, dialer)
    }
    default:
      return plainOpener(address)
  }
}

// Openers of their own: what they do not need they do not hold, thousands of them in a fleet.

function handOver(
  openChannel: NonNullable<LinkOptions['openChannel']>,
  url: URL,
): () => ByteChannel {
  return () => openChannel(url)
}

function plainOpener(address: TcpAddress): () => ByteChannel {
  return () => new TcpChannel(address)
}

function addressOf(url: URL, defaultPort: number, options: LinkOptions): TcpAddress {
  const { localAddress, family, proxy } = options
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? defaultPort : Number(url.port),
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(family === undefined ? {} : { family }),
    ...(proxy === undefined ? {} : { proxy: parseProxy(proxy) }),
  }
}

/** `unix:///run/mosquitto.sock` or `unix:/run/mosquitto.sock`. */
function unixOpener(url: URL, { proxy }: LinkOptions): () => ByteChannel {
  const path = decodeURIComponent(url.pathname)
  if (url.host !== '' || !path.startsWith('/') || path === '/') {
    throw new UsageError(
      'ERR_URL_INVALID',
      `'${url.href}' names no socket file, expected unix:///path/to/socket`,
    )
  }
  if (proxy !== undefined) {
    throw new UsageError('ERR_OPTION_INVALID', 'option proxy is given for a Unix socket')
  }
  return () => new UnixChannel({ path })
}

function webSocketOptions(
  url: URL,
  { wsOptions = {}, protocolVersion }: Parameters<typeof channelOpener>[1],
): WebSocketOptions {
  const { path = `${url.pathname}${url.search}`, frameBytesMax } = wsOptions
  if (!path.startsWith('/')) {
    throw new UsageError(
      'ERR_OPTION_INVALID',
      `option wsOptions.path is '${path}', expected a path that begins with /`,
    )
  }
  if (frameBytesMax !== undefined && !(Number.isInteger(frameBytesMax) && frameBytesMax > 0)) {
    throw new UsageError(
      'ERR_OPTION_INVALID',
      `option wsOptions.frameBytesMax is ${frameBytesMax}, expected a whole number above 0`,
    )
  }
  // The name that was common when MQTT 3.1 was; the standard's own came with 3.1.1.
  const protocols = protocolVersion === 3 ? ['mqttv3.1'] : ['mqtt']
  return { protocols, ...wsOptions, path }
}

function unknownScheme(url: URL): UsageError {
  if (url.protocol === 'serial:') {
    return new UsageError(
      'ERR_URL_INVALID',
      `'${url.href}' is a serial port: the SDK opens it with the option openChannel ` +
        'and the SerialChannel of @motewire/hardware',
    )
  }
  const known = [...Object.keys(DEFAULT_PORTS), 'unix:'].join(' ')
  return new UsageError(
    'ERR_URL_INVALID',
    `scheme '${url.protocol}' of the broker URL is not one of ${known}`,
  )
}
