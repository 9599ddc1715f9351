// NATS with its MQTT listener, which keeps sessions and messages in JetStream.

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { componentPath } from '../component.ts'
import { freePort, startOnFreePort } from './broker-process.ts'
import type { BrokerProgram } from './broker-process.ts'
import { PASSWORD, USERNAME } from './test-broker.ts'
import type { BrokerKind } from './test-broker.ts'

export const natsKind: BrokerKind = {
  name: 'NATS',
  component: 'nats',
  versions: [4],
  refusals: {
    3: { seen: 'closes the connection without CONNACK', error: /ERR_LINK_CLOSED/ },
    5: { seen: 'answers CONNACK 1 of 3.1.1', error: /ERR_CONNECT_REFUSED 1$/ },
  },
  release: () => {
    const { stdout } = spawnSync(componentPath('nats'), ['--version'], { encoding: 'utf8' })
    return /v(\d\S*)/.exec(stdout)?.[1] ?? 'unknown'
  },
  start: () => startOnFreePort('nats', writeProgram),
}

async function writeProgram(folder: string, port: number): Promise<BrokerProgram> {
  const settings = join(folder, 'nats.conf')
  const lines = [
    'server_name: motewire',
    `listen: "127.0.0.1:${await freePort()}"`,
    `jetstream { store_dir: "${folder}/js" }`,
    `mqtt { listen: "127.0.0.1:${port}" }`,
    `authorization { users: [ { user: ${USERNAME}, password: ${PASSWORD} } ] }`,
  ]
  writeFileSync(settings, `${lines.join('\n')}\n`)
  return {
    command: componentPath('nats'),
    args: ['-c', settings],
    port,
    readyPattern: /Server is ready/,
  }
}
