// `npm run fuzz -- --count 1000000 --seed 7`: mutated server packets against the real client, by
// hand. Prints what was sent and what it cost, and exits 1 with the command that repeats a failure.
//   --count N  mutated packets (default 100,000)    --seed S  default: the time
//   --client N only this client of the seed

import { parseArgs } from 'node:util'
import { fuzzServerPackets } from './server-fuzz.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now()) },
    client: { type: 'string' },
  },
})
const { seed } = values
const began = performance.now()
let heapMax = 0
let shown = 0
console.log(`seed ${seed}`)
try {
  const counts = await fuzzServerPackets({
    count: Number(values.count),
    seed,
    ...(values.client === undefined ? {} : { onlyClient: Number(values.client) }),
    onProgress: ({ mutated }) => {
      heapMax = Math.max(heapMax, process.memoryUsage().heapUsed)
      if (mutated - shown < 100_000) return
      shown = mutated
      console.log(`${mutated} mutated packets, heap ${megabytes(process.memoryUsage().heapUsed)}`)
    },
  })
  const seconds = (performance.now() - began) / 1000
  console.log(
    `${counts.mutated} mutated packets in ${seconds.toFixed(1)} s: ${counts.clients} clients, ` +
      `${counts.connections} connections, ${counts.refused} ends told as errors, ` +
      `${counts.published} messages out, ${counts.received} in`,
  )
  console.log(`heap at most ${megabytes(heapMax)}, RSS ${megabytes(process.memoryUsage().rss)}`)
} catch (error) {
  console.error(error)
  process.exitCode = 1
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(0)} MiB`
}
