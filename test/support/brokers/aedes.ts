// aedes, the broker of the npm world, in a process of its own. It keeps everything in memory.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startOnFreePort } from './broker-process.ts'
import type { BrokerKind } from './test-broker.ts'

const SERVER = fileURLToPath(new URL('./aedes-server.mjs', import.meta.url))

export const aedesKind: BrokerKind = {
  name: 'aedes',
  component: undefined,
  versions: [3, 4],
  refusals: {
    5: { seen: 'answers CONNACK 1 of 3.1.1', error: /ERR_CONNECT_REFUSED 1$/ },
  },
  release: () => {
    const folder = dirname(createRequire(import.meta.url).resolve('aedes'))
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      version: string
    }
    return manifest.version
  },
  start: () =>
    startOnFreePort('aedes', (_folder, port) => ({
      command: process.execPath,
      args: [SERVER, String(port)],
      port,
    })),
}
