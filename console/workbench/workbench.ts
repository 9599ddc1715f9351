// The connections that visitors opened. They belong to the console, not to one page: a reload
// finds them again, and they end with the console. Bound: CONNECTIONS_HELD_MAX of them.

import type { Clock } from '@motewire/sdk'
import { ConsoleError } from '../errors.ts'
import { CONNECTIONS_HELD_MAX } from '../limits.ts'
import { Connection } from './connection.ts'
import type { Profile } from './profile.ts'
import { Recordings } from './recordings.ts'

export class Workbench {
  readonly clock: Clock
  readonly recordings: Recordings
  readonly #connections = new Map<string, Connection>()
  #last = 0
  #opening = 0

  constructor(clock: Clock) {
    this.clock = clock
    this.recordings = new Recordings(clock)
  }

  get connections(): readonly Connection[] {
    return [...this.#connections.values()]
  }

  /** @throws ConsoleError `ERR_CONSOLE_CONNECT_FAILED`, `ERR_CONSOLE_CONNECTIONS_FULL` */
  async open(profile: Profile): Promise<Connection> {
    if (this.#connections.size + this.#opening >= CONNECTIONS_HELD_MAX) {
      const message = `${CONNECTIONS_HELD_MAX} connections are open, which is the limit`
      throw new ConsoleError('ERR_CONSOLE_CONNECTIONS_FULL', message)
    }
    const connection = new Connection(String(++this.#last), profile, this.clock)
    this.#opening++
    try {
      await connection.open()
    } finally {
      this.#opening--
    }
    this.#connections.set(connection.id, connection)
    return connection
  }

  /** @throws ConsoleError `ERR_CONSOLE_NOT_FOUND` */
  connection(id: string): Connection {
    const connection = this.#connections.get(id)
    if (connection !== undefined) return connection
    throw new ConsoleError('ERR_CONSOLE_NOT_FOUND', `connection '${id}' is not here`)
  }

  async close(id: string): Promise<void> {
    const connection = this.connection(id)
    this.#connections.delete(id)
    await connection.end()
  }

  async end(): Promise<void> {
    const connections = this.connections
    this.#connections.clear()
    this.recordings.end()
    await Promise.all(connections.map((connection) => connection.end()))
  }
}
