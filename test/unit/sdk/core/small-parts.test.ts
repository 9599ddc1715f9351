// Topic aliases, packet identifiers and the search for poison: small pure parts, as tables.

import { describe, expect, it } from 'vitest'
import { PacketIds } from '@motewire/sdk/core'
import { capabilitiesOf } from '../../../../sdk/core/capabilities.ts'
import { Suspicion } from '../../../../sdk/core/suspicion.ts'
import { Window } from '../../../../sdk/core/window.ts'
import { InboundAliases, OutboundAliases } from '../../../../sdk/core/topic-aliases.ts'

describe('outbound aliases', () => {
  it('tells the topic once and then the alias alone', () => {
    const aliases = new OutboundAliases(2)
    expect(['a', 'b', 'a', 'b'].map((topic) => aliases.take(topic))).toEqual([-1, -2, 1, 2])
  })

  it('gives none to a topic that comes once when all are given away', () => {
    const aliases = new OutboundAliases(1)
    expect(['a', 'b', 'c', 'a'].map((topic) => aliases.take(topic))).toEqual([-1, 0, 0, 1])
  })

  it('gives the one unused for longest to a topic that comes again', () => {
    const aliases = new OutboundAliases(2)
    const taken = ['a', 'b', 'a', 'c', 'c', 'a', 'c'].map((topic) => aliases.take(topic))
    expect(taken).toEqual([-1, -2, 1, 0, -2, 1, 2])
  })
})

describe('inbound aliases', () => {
  it('resolves, replaces and refuses', () => {
    const aliases = new InboundAliases(2)
    expect(aliases.resolve(1, 'a')).toBe('a')
    expect(aliases.resolve(1, '')).toBe('a')
    expect(aliases.resolve(1, 'b')).toBe('b')
    expect(aliases.resolve(1, '')).toBe('b')
    expect(aliases.resolve(2, '')).toBeUndefined()
    expect(aliases.resolve(3, 'c')).toBeUndefined()
  })
})

describe('packet identifiers', () => {
  it('are never 0 and never one in use, all 65,535 of them', () => {
    const ids = new PacketIds()
    const all = new Set(Array.from({ length: 65_535 }, (_, i) => ids.allocate(i)))
    expect(all.size).toBe(65_535)
    expect(all.has(0)).toBe(false)
    expect(ids.allocate(1)).toBe(0)
    ids.release(4_711)
    expect(ids.allocate(9)).toBe(4_711)
    expect(ids.valueOf(4_711)).toBe(9)
  })

  it('go round without taking one that is held', () => {
    const ids = new PacketIds()
    const held = ids.allocate(1)
    let collisions = 0
    for (let i = 0; i < 200_000; i++) {
      const id = ids.allocate(2)
      if (id === held || id === 0) collisions++
      ids.release(id)
    }
    expect(collisions).toBe(0)
  })

  it('come back from a store beside new ones', () => {
    const ids = new PacketIds()
    expect(ids.restore(65_535, 1)).toBe(true)
    expect(ids.restore(3, 2)).toBe(true)
    expect(ids.restore(3, 4)).toBe(false)
    const fresh = Array.from({ length: 5 }, () => ids.allocate(5))
    expect(fresh).not.toContain(3)
    expect(ids.valueOf(65_535)).toBe(1)
  })
})

const CAPABILITIES = capabilitiesOf({ type: 'connack', reasonCode: 0, sessionPresent: false }, 4, {
  inflightMax: 100,
  inflightQos2Max: 20,
  keepalive: 60,
})

describe('suspicion', () => {
  it('narrows down to one message and names it', () => {
    const suspicion = new Suspicion()
    expect(suspicion.windowMax).toBe(Infinity)
    expect(suspicion.handleBarren(1, 10)).toBe(false)
    expect(suspicion.handleBarren(1, 10)).toBe(false)
    expect(suspicion.windowMax).toBe(1)
    expect([1, 1, 1].map((first) => suspicion.handleBarren(first, 1))).toEqual([false, false, true])
    expect(suspicion.windowMax).toBe(Infinity)
  })

  it('is over as soon as the server confirms anything', () => {
    const suspicion = new Suspicion()
    suspicion.handleBarren(1, 10)
    suspicion.handleBarren(1, 10)
    suspicion.handleProgress()
    expect(suspicion.windowMax).toBe(Infinity)
  })

  it('does not blame a message for connections on which none was sent', () => {
    const window = new Window()
    for (let i = 0; i < 10; i++) expect(window.handleClosed(0)).toBe(false)
    window.enter(1)
    expect(window.isOpen(1, CAPABILITIES)).toBe(true)
  })

  it('does not blame a message for connections that confirmed another', () => {
    const window = new Window()
    for (let i = 0; i < 10; i++) {
      window.enter(1)
      window.handleProgress()
      expect(window.handleClosed(1)).toBe(false)
      window.clear()
    }
    window.enter(1)
    expect(window.isOpen(1, CAPABILITIES)).toBe(true)
  })
})
