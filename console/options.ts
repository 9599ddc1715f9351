// What a console is told at its start, and the checks of it. A console that anybody in the network
// could reach must have a token; this is refused here, before anything listens.

import { BlockList, isIP } from 'node:net'
import { UsageError } from '@motewire/sdk'
import type { Clock } from '@motewire/sdk'
import type { BrokerInspection, LiveConfig } from '@motewire/simulator/broker'
import { ConsoleError } from './errors.ts'
import type { InspectedFleet } from './fleets/fleet-desk.ts'
import type { SerialPortView } from './link-views.ts'
import type { BridgeView, LogRow, Role } from './views.ts'

/** A LiveConfig of `@motewire/simulator/broker`, or anything that does the same. */
export type ConfigControl = Pick<LiveConfig, 'view' | 'check' | 'apply'>

export interface ConsoleOptions {
  /** The broker to look into. Without it the broker's pages are empty and its routes answer 404. */
  readonly broker?: BrokerInspection | undefined
  /** The configuration of the broker, to look at and change. Default: it is not shown. */
  readonly config?: ConfigControl | undefined
  /** The fleet that runs in this process. */
  readonly fleet?: InspectedFleet | undefined
  /**
   * URL of the broker that fleets of visitors connect to. Default: visitors cannot start any.
   * Without effect beside `fleet`.
   */
  readonly fleetBroker?: string | undefined
  /** The serial bridges that run in this process. Called once a second. */
  readonly bridges?: (() => readonly BridgeView[]) | undefined
  /** The serial ports that visitors may open. Default: those that the machine lists. */
  readonly serialPorts?: (() => Promise<readonly SerialPortView[]>) | undefined
  /** Paths that visitors may open besides: ports that the machine does not list. Default: none. */
  readonly furtherSerialPorts?: readonly string[] | undefined
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string | undefined
  /** Port to listen on; 0, the default, takes a free one. */
  readonly port?: number | undefined
  /** Stands at the top of the page. Default `motewire`. */
  readonly title?: string | undefined
  /** What a visitor has to know, 16 characters or more. Needed for a host that is not loopback. */
  readonly token?: string | undefined
  /**
   * Who signs in with name and password, and what they may do; undefined refuses. With it, nobody
   * comes in without signing in (or the token).
   */
  readonly signIn?: ((name: string, password: string) => Role | undefined) | undefined
  /**
   * What somebody who has signed in with this name may do now; undefined ends the session. Asked at
   * each request. Default: what `signIn` answered holds until they sign out.
   */
  readonly roleOf?: ((name: string) => Role | undefined) | undefined
  /** Told of each change and each refused sign-in. */
  readonly onAction?: ((row: LogRow) => void) | undefined
  /** Further names under which the console is reached, for the check of the Host header. */
  readonly hostNames?: readonly string[] | undefined
  /** Default: the clock that the process shares. */
  readonly clock?: Clock | undefined
}

/** Where to listen and who may come in. */
export interface AccessSettings {
  readonly host: string
  readonly port: number
  readonly isLoopback: boolean
  readonly token: string | undefined
  readonly signIn: ((name: string, password: string) => Role | undefined) | undefined
  readonly roleOf: ((name: string) => Role | undefined) | undefined
  readonly hostNames: readonly string[]
}

const TOKEN_CHARS_MIN = 16

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** Whether only programs of this machine reach the address. */
export function isLoopback(host: string): boolean {
  const family = isIP(host)
  if (family === 0) return host === 'localhost' || host.endsWith('.localhost')
  return loopback.check(host, family === 6 ? 'ipv6' : 'ipv4')
}

/**
 * @throws UsageError `ERR_OPTION_INVALID` for a port or a token that can never work.
 * @throws ConsoleError `ERR_CONSOLE_TOKEN_NEEDED` for an open address without a token.
 */
export function resolveAccess(options: ConsoleOptions): AccessSettings {
  const { host = '127.0.0.1', port = 0, token, signIn, roleOf } = options
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError('ERR_OPTION_INVALID', `console port ${port} is not between 0 and 65535`)
  }
  if (token !== undefined && token.length < TOKEN_CHARS_MIN) {
    const message = `console token has ${token.length} characters, fewer than ${TOKEN_CHARS_MIN}`
    throw new UsageError('ERR_OPTION_INVALID', message)
  }
  if (token === undefined && signIn === undefined && !isLoopback(host)) {
    const message = `console on ${host} could be reached by others and has no token`
    throw new ConsoleError('ERR_CONSOLE_TOKEN_NEEDED', message)
  }
  const hostNames = (options.hostNames ?? []).map((name) => name.toLowerCase())
  return { host, port, isLoopback: isLoopback(host), token, signIn, roleOf, hostNames }
}
