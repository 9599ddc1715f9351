// The two doors to a client: `connect` returns it at once, `connectAsync` at the first CONNACK.

import { Client } from './client.ts'
import { LinkError } from './errors.ts'
import type { MotewireError } from './errors.ts'
import type { ClientOptions } from './options.ts'

/** One broker, or several to be tried in turn. */
export type BrokerUrls = string | URL | readonly (string | URL)[]

/** Makes a client and begins to connect; it keeps trying. Errors of the link come as events. */
export function connect(url: BrokerUrls, options: ClientOptions = {}): Client {
  const client = new Client(url, options)
  client.start()
  return client
}

/**
 * Resolves at the first CONNACK that accepts. Messages are handed over from the next turn of the
 * event loop on, so that nothing is lost on a caller who attaches listeners at once.
 * @throws the first failure that trying again cannot heal (wrong password, unknown host scheme,
 * ...).
 */
export function connectAsync(url: BrokerUrls, options: ClientOptions = {}): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = connect(url, options)
    // What waits in the session comes with CONNACK, before the caller can listen.
    client.pause()
    const settle = (): void => {
      client.off('connect', onConnect)
      client.off('offline', onOffline)
    }
    const onConnect = (): void => {
      settle()
      resolve(client)
      setImmediate(() => client.resume())
    }
    const onOffline = (cause: MotewireError | undefined, retryInMs: number | undefined): void => {
      if (retryInMs !== undefined && cause?.retryable !== false) return
      settle()
      void client.end()
      reject(cause ?? new LinkError('ERR_LINK_CLOSED', 'connection was closed'))
    }
    client.on('connect', onConnect)
    client.on('offline', onOffline)
  })
}
