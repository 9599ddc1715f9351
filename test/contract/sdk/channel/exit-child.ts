// Opens and closes one channel of every kind and is then done: whatever keeps this process alive
// was left behind by a channel. Run by exit.test.ts.

import { Recorder } from '../../hardware/recorder.ts'
import { LINKS } from './links.ts'

for (const link of LINKS) {
  const bench = await link.bench()
  const recorder = new Recorder()
  const channel = await bench.channel()
  channel.open(recorder)
  const [far] = await Promise.all([bench.far(), recorder.untilOpen()])
  far.read()
  channel.write(Buffer.from('hello'))
  await far.until(5)
  channel.close()
  await far.untilEnded()
  far.end()
  await recorder.untilClosed()
  await bench.close()
}
process.stdout.write(`${LINKS.length} links closed\n`)
