// RabbitMQ with its MQTT plugin. Erlang's port mapper would be started as a daemon of the machine;
// ours runs on a port of its own, inside the broker's process group, and ends with it.

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { componentPath } from '../component.ts'
import { freePort, startOnFreePort } from './broker-process.ts'
import type { BrokerProgram } from './broker-process.ts'
import { PASSWORD, USERNAME } from './test-broker.ts'
import type { BrokerKind } from './test-broker.ts'

const LIBRARY = '/usr/lib/rabbitmq'

export const rabbitmqKind: BrokerKind = {
  name: 'RabbitMQ',
  component: 'rabbitmq',
  versions: [3, 4],
  refusals: {
    5: { seen: 'closes the connection without CONNACK', error: /ERR_LINK_CLOSED/ },
  },
  release: () => {
    const found = readdirSync(join(LIBRARY, 'lib')).map(
      (name) => /^rabbitmq_server-(.+)$/.exec(name)?.[1],
    )
    return found.find(Boolean) ?? 'unknown'
  },
  start: () => startOnFreePort('rabbitmq', writeProgram),
}

async function writeProgram(folder: string, port: number): Promise<BrokerProgram> {
  const own = join(folder, 'rabbit')
  mkdirSync(own)
  const settings = [
    `listeners.tcp.1 = 127.0.0.1:${await freePort()}`,
    `mqtt.listeners.tcp.1 = 127.0.0.1:${port}`,
    'mqtt.allow_anonymous = false',
    `default_user = ${USERNAME}`,
    `default_pass = ${PASSWORD}`,
    'log.console = true',
  ]
  writeFileSync(join(own, 'rabbitmq.conf'), `${settings.join('\n')}\n`)
  writeFileSync(join(own, 'plugins'), '[rabbitmq_mqtt].\n')
  const mapperPort = String(await freePort())
  // The system's script would switch to another user; the one in the library does not.
  const server = join(LIBRARY, 'bin', 'rabbitmq-server')
  return {
    command: 'sh',
    args: ['-c', `epmd -address 127.0.0.1 & exec ${server}`],
    env: {
      HOME: own,
      PATH: `${dirname(componentPath('rabbitmq'))}:${process.env['PATH'] ?? ''}`,
      ERL_EPMD_ADDRESS: '127.0.0.1',
      ERL_EPMD_PORT: mapperPort,
      RABBITMQ_NODENAME: `motewire-${port}@localhost`,
      RABBITMQ_DIST_PORT: String(await freePort()),
      RABBITMQ_MNESIA_BASE: join(own, 'db'),
      RABBITMQ_LOG_BASE: join(own, 'log'),
      RABBITMQ_CONFIG_FILE: join(own, 'rabbitmq.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(own, 'plugins'),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
        '-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none',
    },
    port,
    readyPattern: /Server startup complete/,
  }
}
