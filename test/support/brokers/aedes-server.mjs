// The process in which aedes runs: `node aedes-server.mjs PORT`, on loopback, admin and password.

import { createServer } from 'node:net'
import { Aedes } from 'aedes'

const broker = await Aedes.createBroker({
  heartbeatInterval: 1_000,
  authenticate: (_client, username, password, done) => {
    const isKnown = username === 'admin' && password?.toString() === 'password'
    if (isKnown) return done(null, true)
    // 4 and 5 are the codes of MQTT 3; aedes answers 5 unless it is told.
    return done(null, false)
  },
})
const server = createServer(broker.handle)
server.listen(Number(process.argv[2]), '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))
