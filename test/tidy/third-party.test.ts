// Law 3 holds in the tree, and its check sees what it must.

import { describe, expect, it } from 'vitest'
import { describeBreaches } from '../support/laws/breach.ts'
import { checkThirdParty } from '../support/laws/third-party.ts'
import { parseSource } from '../support/source-file.ts'
import { readSources } from '../support/source-tree.ts'

describe('law 3: one folder knows a third-party package, and its manifest names it', () => {
  it('holds in every package', () => {
    expect(describeBreaches(checkThirdParty(readSources()))).toEqual([])
  })

  it('finds a second importing folder', () => {
    const files = [
      parseSource('sdk/runtime/events.ts', "import { EventEmitter } from 'eventemitter3'"),
      parseSource('sdk/client.ts', "\nimport type { EventEmitter } from 'eventemitter3'"),
    ]
    expect(describeBreaches(checkThirdParty(files))).toEqual([
      'sdk/client.ts:2 law 3: eventemitter3 is imported from sdk/runtime already; ' +
        'only one folder may know it',
    ])
  })

  it('finds a package that the manifest does not name', () => {
    const files = [parseSource('sdk/channel/websocket.ts', "import '@scope/socket/client'")]
    expect(describeBreaches(checkThirdParty(files))).toEqual([
      'sdk/channel/websocket.ts:1 law 3: @scope/socket is not in the dependencies of ' +
        'sdk/package.json',
    ])
  })

  it('asks nothing of tests and benches', () => {
    const files = [parseSource('bench/peer.ts', "import mqtt from 'mqtt'")]
    expect(checkThirdParty(files)).toEqual([])
  })
})
