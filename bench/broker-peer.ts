// A broker of npm in a process of its own, so that its CPU time and memory are its own:
// `motewire` or `aedes` by argument. Tells its parent the port.

import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Aedes } from 'aedes'
import { Broker } from '@motewire/simulator/broker'

async function startAedes(): Promise<number> {
  const aedes = await Aedes.createBroker({ concurrency: 1_000 })
  const server = createServer(aedes.handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function startOurs(): Promise<number> {
  return (await new Broker({ port: 0 }).start()).port
}

const port = process.argv[2] === 'aedes' ? await startAedes() : await startOurs()
process.send?.(port)
