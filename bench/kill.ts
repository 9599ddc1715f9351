// npm run kill: the long crash runs. `--side client` (default): a publishing process with a journal
// is killed (SIGKILL) again and again against a real Mosquitto, and a subscriber counts. `--side
// broker`: our broker with a folder is killed under QoS 1 and 2 load. Prints one line a QoS and
// ends with 1 if anything was lost, or repeated at QoS 2. Bounded: one to two seconds a kill.
//
//   npm run kill -- --kills 200 --qos 2 --mqtt 5 --seed 7
//   npm run kill -- --side broker --kills 50

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Prng } from '@motewire/sdk/kit'
import { runBrokerKills } from '../test/support/kill/broker-kill-run.ts'
import { runKills } from '../test/support/kill/kill-run.ts'
import type { Count } from '../test/support/kill/numbered-receiver.ts'
import { Mosquitto } from '../test/support/mosquitto.ts'

const { values } = parseArgs({
  options: {
    side: { type: 'string', default: 'client' },
    kills: { type: 'string', default: '200' },
    /** Of the client: 1 or 2; both without it. */
    qos: { type: 'string' },
    /** Of the client: 4 is 3.1.1. */
    mqtt: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now()) },
  },
})
const kills = Number(values.kills)
const protocolVersion = values.mqtt === '4' ? 4 : 5

function onKill(count: number, messages: number): void {
  if (count % 20 === 0) console.error(`${count} kills, ${messages} messages`)
}

const isFine = await (values.side === 'broker' ? killBroker() : killClient())
const again = `npm run kill -- --side ${values.side} --kills ${kills} --seed ${values.seed}`
if (!isFine) console.log(`to repeat: ${again}`)
process.exitCode = isFine ? 0 : 1

async function killBroker(): Promise<boolean> {
  const counts = await runBrokerKills({ kills, prng: new Prng(values.seed), onKill })
  for (const { qos, confirmed, lost, repeated } of counts) {
    console.log(
      `QoS ${qos}, ${kills} kills: confirmed ${confirmed}, lost ${lost}, repeated ${repeated}`,
    )
  }
  return counts.every(({ qos, lost, repeated }) => lost === 0 && (qos === 1 || repeated === 0))
}

async function killClient(): Promise<boolean> {
  let isSound = true
  for (const qos of [1, 2] as const) {
    if (values.qos !== undefined && values.qos !== String(qos)) continue
    const { published, received, lost, duplicated, reordered } = await measure(qos)
    const counts = `published ${published}, received ${received}, lost ${lost}`
    console.log(`QoS ${qos}, ${kills} kills: ${counts}, duplicates ${duplicated}`)
    if (lost > 0 || (qos === 2 && duplicated + reordered > 0)) isSound = false
  }
  return isSound
}

async function measure(qos: 1 | 2): Promise<Count> {
  const mosquitto = await Mosquitto.start()
  const folder = mkdtempSync(join(tmpdir(), 'motewire-kill-'))
  try {
    return await runKills({
      url: mosquitto.url,
      journalPath: join(folder, 'publisher.journal'),
      kills,
      qos,
      protocolVersion,
      prng: new Prng(`${values.seed} ${qos}`),
      onKill,
    })
  } finally {
    await mosquitto.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}
