// Mosquitto for the interop suite: with a password, with what it keeps on disk, and with `$SYS`
// topics often enough that a test need not wait for them.

import { spawnSync } from 'node:child_process'
import { componentPath } from '../component.ts'
import { Mosquitto } from '../mosquitto.ts'
import { PASSWORD, USERNAME } from './test-broker.ts'
import type { BrokerKind } from './test-broker.ts'

export const mosquittoKind: BrokerKind = {
  name: 'Mosquitto',
  component: 'mosquitto',
  versions: [3, 4, 5],
  refusals: {},
  release: () => {
    const { stdout } = spawnSync(componentPath('mosquitto'), ['-h'], { encoding: 'utf8' })
    return /version (\S+)/.exec(stdout)?.[1] ?? 'unknown'
  },
  start: () =>
    Mosquitto.start({
      persistence: true,
      users: { [USERNAME]: PASSWORD },
      lines: ['sys_interval 1', 'autosave_interval 0'],
    }),
}
