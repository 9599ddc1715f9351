// HOST:PORT as people write it: `127.0.0.1:1883`, `broker.example:1883`, `[::1]:1883`. Syntax only;
// nothing is looked up.

import { UsageError } from '@motewire/sdk'

export interface Address {
  readonly host: string
  /** 0 to 65,535; 0 lets the system choose where one listens. */
  readonly port: number
}

/**
 * Reads `HOST:PORT`; an IPv6 address stands in brackets.
 * @throws UsageError `ERR_OPTION_INVALID` when the text is not of that form.
 */
export function parseAddress(text: string): Address {
  const match = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (host === undefined || !(port <= 65_535)) {
    throw new UsageError('ERR_OPTION_INVALID', `address is ${text}, expected HOST:PORT`)
  }
  return { host, port }
}

/** The text that `parseAddress` reads. */
export function describeAddress({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
