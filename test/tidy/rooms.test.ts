// Law 2 holds in the tree, and its checks see what they must.

import { describe, expect, it } from 'vitest'
import { describeBreaches } from '../support/laws/breach.ts'
import { checkCycles } from '../support/laws/cycles.ts'
import { checkRoomImports } from '../support/laws/rooms.ts'
import { parseSource } from '../support/source-file.ts'
import { readSources } from '../support/source-tree.ts'

function objections(path: string, text: string): string[] {
  return checkRoomImports([parseSource(path, text)]).map(({ message }) => message)
}

describe('law 2: each room imports what its row of the table allows', () => {
  it('holds in every room', () => {
    expect(describeBreaches(checkRoomImports(readSources()))).toEqual([])
  })

  it.each([
    [
      'a room above',
      'sdk/core/planted.ts',
      "import { tcp } from '../channel/tcp.ts'",
      'sdk/core may not import sdk/channel',
    ],
    [
      'another package from the SDK',
      'sdk/planted.ts',
      "import { Fleet } from '@motewire/simulator'",
      'sdk may not import simulator',
    ],
    [
      'the hardware from the simulator',
      'simulator/fleet/planted.ts',
      "import { bridge } from '@motewire/hardware'",
      'simulator/fleet may not import hardware',
    ],
    [
      'a path into another package',
      'simulator/fleet/planted.ts',
      "import { Prng } from '../../sdk/kit/prng.ts'",
      '../../sdk/kit/prng.ts leaves the package; import what it publishes',
    ],
    [
      'a subpath that is not published',
      'cli/planted.ts',
      "import { Prng } from '@motewire/sdk/kit/prng'",
      '@motewire/sdk/kit/prng is not a published subpath',
    ],
    [
      'the sources from an example',
      'examples/planted.ts',
      "import { Prng } from '../sdk/kit/prng.ts'",
      '../sdk/kit/prng.ts leaves the package; import what it publishes',
    ],
    [
      'Node in a room without it',
      'hardware/framing/planted.ts',
      "import net from 'node:net'",
      'node:net in hardware/framing, which stays free of Node',
    ],
    [
      'a value where only types may come from',
      'simulator/scenario/planted.ts',
      "import { connect } from '@motewire/sdk'",
      'simulator/scenario may import only types from sdk',
    ],
  ])('refuses %s', (_, path, text, message) => {
    expect(objections(path, text)).toEqual([message])
  })

  it.each([
    ['its own room', 'sdk/core/planted.ts', "import { a } from './other.ts'"],
    ['the kit', 'sdk/core/planted.ts', "import { Prng } from '../kit/index.ts'"],
    ['the kit of the SDK', 'simulator/report/planted.ts', "import '@motewire/sdk/kit'"],
    ['types', 'simulator/scenario/planted.ts', "import type { Clock } from '@motewire/sdk'"],
    ['all the SDK', 'hardware/bridge/planted.ts', "import { connect } from '@motewire/sdk'"],
  ])('lets a room import %s', (_, path, text) => {
    expect(objections(path, text)).toEqual([])
  })
})

describe('law 2: no import cycle', () => {
  it('holds between files and between rooms', () => {
    expect(describeBreaches(checkCycles(readSources()))).toEqual([])
  })

  it('finds a cycle of files, of types too', () => {
    const files = [
      parseSource('sdk/kit/a.ts', "import { b } from './b.ts'"),
      parseSource('sdk/kit/b.ts', "\nimport type { C } from './c.ts'"),
      parseSource('sdk/kit/c.ts', "export { a } from './a.ts'"),
    ]
    const trail = ['a', 'b', 'c', 'a'].map((name) => `sdk/kit/${name}.ts`).join(' → ')
    expect(describeBreaches(checkCycles(files))).toEqual([
      `sdk/kit/c.ts:1 law 2: import cycle ${trail}`,
    ])
  })

  it('finds a cycle of rooms that is none of files', () => {
    const files = [
      parseSource('simulator/fleet/a.ts', "import '../report/b.ts'"),
      parseSource('simulator/report/c.ts', "import '../fleet/d.ts'"),
    ]
    const trail = ['fleet', 'report', 'fleet'].map((name) => `simulator/${name}`).join(' → ')
    expect(describeBreaches(checkCycles(files))).toEqual([
      `simulator/report/c.ts:1 law 2: import cycle ${trail}`,
    ])
  })
})
