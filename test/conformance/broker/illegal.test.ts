// What a client may not send: each packet whole, byte by byte and with a PUBLISH behind it. Nothing
// of it is processed, 5.0 is told why, the connection closes, and everybody else goes on.

import { describe, expect, it } from 'vitest'
import { Stage } from '../../support/broker-stage.ts'
import type { Peer } from '../../support/broker-stage.ts'
import { ILLEGAL_4, ILLEGAL_5, ILLEGAL_CONNECTS } from './illegal-packets.ts'

const PUBLISH = { 4: '30 05 0001 74 7879', 5: '30 06 0001 74 00 7879' } as const

/** Three ways in which the same bytes may come. */
function waysOf(hex: string, tail: string): readonly (readonly string[])[] {
  const plain = hex.replaceAll(' ', '')
  const bytes = Array.from({ length: plain.length / 2 }, (_, i) => plain.slice(i * 2, i * 2 + 2))
  return [[plain], bytes, [plain + tail]]
}

function check(
  protocolVersion: 4 | 5,
  hex: string,
  open: (stage: Stage) => Peer,
  expected: readonly object[],
): void {
  for (const chunks of waysOf(hex, PUBLISH[protocolVersion])) {
    const stage = new Stage()
    const watcher = stage.client('watcher')
    watcher.subscribe('#')
    const peer = open(stage)
    for (const chunk of chunks) peer.sendHex(chunk)
    expect(peer.all()).toMatchObject(expected)
    expect(peer.hangup).toBeDefined()
    stage.client('other').publish('t', 'goes on')
    expect(watcher.texts()).toEqual(['goes on'])
    expect(stage.core.connections.size).toBe(2)
  }
}

describe('a client of 5.0 that is online may not send', () => {
  it.each(ILLEGAL_5)('%s', (_name, hex, reasonCode) => {
    check(5, hex, (stage) => stage.client('c'), [{ type: 'disconnect', reasonCode }])
  })
})

describe('a client of 3.1.1 that is online may not send', () => {
  it.each(ILLEGAL_4)('%s', (_name, hex) => {
    check(4, hex, (stage) => stage.client('c', { protocolVersion: 4 }), [])
  })
})

describe('a connection may not begin with', () => {
  it.each(ILLEGAL_CONNECTS)('%s', (_name, hex) => {
    check(4, hex, (stage) => stage.peer(), [])
  })
})
