// The links that visitors opened. Like the connections of the workbench they belong to the console:
// a reload finds them again. A serial port must be one that the machine lists: a path of a visitor
// never reaches the file system. Bound: LINKS_MAX.

import { listPorts, SerialChannel } from '@motewire/hardware'
import { TcpChannel } from '@motewire/sdk'
import type { Clock } from '@motewire/sdk'
import { ConsoleError } from '../errors.ts'
import { LINKS_MAX } from '../limits.ts'
import type { LinkRequest, SerialPortView } from '../link-views.ts'
import type { Carrier } from './carrier.ts'
import { ChannelCarrier } from './channel-carrier.ts'
import { Link } from './link.ts'
import { ServerCarrier } from './server-carrier.ts'
import { UdpCarrier } from './udp-carrier.ts'

export class Links {
  readonly #clock: Clock
  readonly #listPorts: () => Promise<readonly SerialPortView[]>
  readonly #links = new Map<string, Link>()
  #last = 0
  #opening = 0

  /**
   * @param list the ports that may be opened; default: all that the machine has.
   * @param further paths that may be opened besides.
   */
  constructor(
    clock: Clock,
    list: () => Promise<readonly SerialPortView[]> = listOwnPorts,
    further: readonly string[] = [],
  ) {
    this.#clock = clock
    this.#listPorts = async () => {
      const listed = await list()
      const missing = further.filter((path) => listed.every((port) => port.path !== path))
      return [...listed, ...missing.map((path) => ({ path, product: '' }))]
    }
  }

  get links(): readonly Link[] {
    return [...this.#links.values()]
  }

  ports(): Promise<readonly SerialPortView[]> {
    return this.#listPorts()
  }

  /**
   * @throws ConsoleError `ERR_CONSOLE_CONNECT_FAILED`, `ERR_CONSOLE_CONNECTIONS_FULL`,
   * `ERR_CONSOLE_NOT_FOUND` for a port that is not listed.
   * @throws UsageError `ERR_OPTION_INVALID` for settings that can never work.
   */
  async open(request: LinkRequest): Promise<Link> {
    if (this.#links.size + this.#opening >= LINKS_MAX) {
      const message = `${LINKS_MAX} links are there, which is the limit`
      throw new ConsoleError('ERR_CONSOLE_CONNECTIONS_FULL', message)
    }
    this.#opening++
    try {
      const carrier = await this.#carrierOf(request)
      const link = new Link(String(++this.#last), request, carrier, this.#clock)
      await link.open()
      this.#links.set(link.id, link)
      return link
    } finally {
      this.#opening--
    }
  }

  /** @throws ConsoleError `ERR_CONSOLE_NOT_FOUND` */
  link(id: string): Link {
    const link = this.#links.get(id)
    if (link !== undefined) return link
    throw new ConsoleError('ERR_CONSOLE_NOT_FOUND', `link '${id}' is not here`)
  }

  async close(id: string): Promise<void> {
    const link = this.link(id)
    this.#links.delete(id)
    await link.end()
  }

  async end(): Promise<void> {
    const links = this.links
    this.#links.clear()
    await Promise.all(links.map((link) => link.end()))
  }

  async #carrierOf(request: LinkRequest): Promise<Carrier> {
    switch (request.kind) {
      case 'serial': {
        const { kind: _kind, path, ...settings } = request
        const ports = await this.#listPorts()
        if (!ports.some((port) => port.path === path)) {
          throw new ConsoleError('ERR_CONSOLE_NOT_FOUND', `serial port '${path}' is not here`)
        }
        const channel = new SerialChannel(path, settings)
        return new ChannelCarrier(channel, () => channel.control)
      }
      case 'tcp-client':
        return new ChannelCarrier(new TcpChannel({ host: request.host, port: request.port }))
      case 'tcp-server': {
        const { host = '127.0.0.1', port = 0, allow } = request
        return new ServerCarrier({ host, port }, allow)
      }
      case 'udp': {
        const { host = '127.0.0.1', port = 0, allow, targetHost, targetPort } = request
        return new UdpCarrier({ host, port }, { host: targetHost, port: targetPort }, allow)
      }
    }
  }
}

async function listOwnPorts(): Promise<readonly SerialPortView[]> {
  const ports = await listPorts()
  return ports.map(({ path, manufacturer, product }) => ({
    path,
    product: [manufacturer, product].filter((part) => part !== undefined).join(' '),
  }))
}
