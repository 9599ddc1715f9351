// Who may connect to a server of ours. A serial line has no login: behind it are machines. So a
// server beyond this computer needs a list of who may come, or certificates.

import { BlockList, isIP } from 'node:net'
import { UsageError } from '@motewire/sdk'

/** Addresses and networks: `192.168.1.7`, `10.0.0.0/8`, `fd00::/8`. */
export class Admission {
  readonly #list: BlockList | undefined

  /**
   * @param allow undefined lets everybody in.
   * @throws UsageError `ERR_OPTION_INVALID` for what is no address or network.
   */
  constructor(allow: readonly string[] | undefined) {
    this.#list = allow === undefined ? undefined : new BlockList()
    for (const text of allow ?? []) this.#add(text)
  }

  admits(address: string): boolean {
    if (this.#list === undefined) return true
    const plain = address.replace(/^::ffff:(?=\d+\.)/, '')
    return this.#list.check(plain, familyOf(plain))
  }

  #add(text: string): void {
    const network = parseNetwork(text)
    if (network === undefined) {
      const message = `allow has ${text}, expected an address or a network like 192.168.1.0/24`
      throw new UsageError('ERR_OPTION_INVALID', message)
    }
    const { address, prefix } = network
    this.#list?.addSubnet(address, prefix, familyOf(address))
  }
}

/** An address alone is a network of one. Undefined for what is neither. */
export function parseNetwork(
  text: string,
): { readonly address: string; readonly prefix: number } | undefined {
  const [address = '', length, ...rest] = text.split('/')
  const bits = isIP(address) === 4 ? 32 : 128
  const prefix = length === undefined ? bits : Number(length)
  const isNumber = length === undefined || /^\d+$/.test(length)
  if (isIP(address) === 0 || !isNumber || prefix > bits || rest.length > 0) return undefined
  return { address, prefix }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host)
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
