// npm run kill: the long crash run. A publishing process with a journal is killed (SIGKILL) again
// and again against a real Mosquitto; a subscriber counts. Prints one line a QoS and ends with 1 if
// anything was lost, or repeated at QoS 2. Bounded: about a second a kill.
//
//   npm run kill -- --kills 200 --qos 2 --mqtt 5 --seed 7

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Prng } from '@motewire/sdk/kit'
import { runKills } from '../test/support/kill/kill-run.ts'
import type { Count } from '../test/support/kill/numbered-receiver.ts'
import { Mosquitto } from '../test/support/mosquitto.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    /** 1 or 2; both without it. */
    qos: { type: 'string' },
    /** 4 is 3.1.1. */
    mqtt: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now()) },
  },
})
const kills = Number(values.kills)
const protocolVersion = values.mqtt === '4' ? 4 : 5

let isFine = true
for (const qos of [1, 2] as const) {
  if (values.qos !== undefined && values.qos !== String(qos)) continue
  const { published, received, lost, duplicated, reordered } = await measure(qos)
  const counts = `published ${published}, received ${received}, lost ${lost}`
  console.log(`QoS ${qos}, ${kills} kills: ${counts}, duplicates ${duplicated}`)
  if (lost > 0 || (qos === 2 && duplicated + reordered > 0)) isFine = false
}
if (!isFine) console.log(`to repeat: npm run kill -- --kills ${kills} --seed ${values.seed}`)
process.exitCode = isFine ? 0 : 1

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
      onKill: (count, received) => {
        if (count % 20 === 0) console.error(`${count} kills, ${received} messages received`)
      },
    })
  } finally {
    await mosquitto.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}
