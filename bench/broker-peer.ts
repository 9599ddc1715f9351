// A broker of npm in a process of its own, so that its CPU time and memory are its own:
// `motewire`, `aedes`, or `node` for what any server on Node costs: sockets, and a fixed CONNACK.
// Tells its parent the port.

import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { Aedes } from 'aedes'
import { Broker } from '@motewire/simulator/broker'

const CONNECT = 0x10
const CONNACK = Buffer.from([0x20, 2, 0, 0])

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function startAedes(): Promise<number> {
  const aedes = await Aedes.createBroker({ concurrency: 1_000 })
  return listen(createServer(aedes.handle))
}

/** No broker: the floor under all that are written for Node. */
function startNode(): Promise<number> {
  const answer = (socket: Socket): void => {
    socket.on('data', (bytes) => void (bytes[0] === CONNECT && socket.write(CONNACK)))
    socket.on('error', () => undefined)
  }
  return listen(createServer({ noDelay: true }, answer))
}

async function startOurs(): Promise<number> {
  return (await new Broker({ port: 0 }).start()).port
}

const starters = { motewire: startOurs, aedes: startAedes, node: startNode }
process.send?.(await starters[process.argv[2] as keyof typeof starters]())
