// Our own broker, in this process, with a folder to keep sessions in.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Broker } from '@motewire/simulator/broker'
import { freePort } from './broker-process.ts'
import { PASSWORD, USERNAME } from './test-broker.ts'
import type { BrokerKind, TestBroker } from './test-broker.ts'

export const ownKind: BrokerKind = {
  name: 'motewire',
  component: undefined,
  versions: [3, 4, 5],
  refusals: {},
  release: () => 'this repository',
  start: async () => {
    const broker = new OwnBroker(await freePort())
    await broker.start()
    return broker
  },
}

class OwnBroker implements TestBroker {
  readonly port: number
  readonly log = ''
  readonly #folder = mkdtempSync(join(tmpdir(), 'motewire-own-broker-'))
  #broker: Broker | undefined

  constructor(port: number) {
    this.port = port
  }

  async start(): Promise<void> {
    this.#broker = new Broker({
      port: this.port,
      users: new Map([[USERNAME, PASSWORD]]),
      folder: this.#folder,
    })
    await this.#broker.start()
  }

  async restart(): Promise<void> {
    await this.#broker?.stop()
    await this.start()
  }

  async remove(): Promise<void> {
    await this.#broker?.stop()
    this.#broker = undefined
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
