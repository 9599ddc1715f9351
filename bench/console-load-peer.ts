// The broker with its console, in a process of its own, as `motewire broker` runs them. Tells its
// parent where they are.

import { ConsoleServer } from '@motewire/console'
import { Broker } from '@motewire/simulator/broker'

/** Where the two listen. */
export interface PeerAddress {
  readonly brokerUrl: string
  readonly consoleUrl: string
}

const broker = new Broker({ port: 0 })
const { port } = await broker.start()
const { url } = await new ConsoleServer({ broker }).start()
process.send?.({ brokerUrl: `mqtt://127.0.0.1:${port}`, consoleUrl: url } satisfies PeerAddress)
// Ends with its parent, however that ended, and by itself, so that a CPU profile is written.
process.once('disconnect', () => process.exit())
