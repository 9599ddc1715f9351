// Which acknowledgement leaves when, whatever the order in which the application is done.

import { beforeEach, describe, expect, it } from 'vitest'
import { Inbound } from '../../../../sdk/core/inbound.ts'

describe('inbound', () => {
  let acks: string[]
  let inbound: Inbound

  beforeEach(() => {
    acks = []
    inbound = new Inbound(3, {
      handleDone: (type, id) => acks.push(`${type === 4 ? 'PUBACK' : 'PUBREC'} ${id}`),
    })
    inbound.handleOnline(true)
  })

  it('acknowledges at once when nothing stands before', () => {
    inbound.arrive(1, 1)
    inbound.settle(1, 1)
    inbound.arrive(2, 2)
    inbound.settle(2, 2)
    expect(acks).toEqual(['PUBACK 1', 'PUBREC 2'])
  })

  it('acknowledges in the order of arrival', () => {
    const tickets = [1, 2, 3].map((id) => {
      inbound.arrive(id, 1)
      return inbound.defer(id, 1)
    })
    inbound.redeem(tickets[2]!)
    inbound.redeem(tickets[1]!)
    expect(acks).toEqual([])
    inbound.redeem(tickets[0]!)
    expect(acks).toEqual(['PUBACK 1', 'PUBACK 2', 'PUBACK 3'])
  })

  it('keeps a message that is done behind one that is not', () => {
    inbound.arrive(1, 1)
    const ticket = inbound.defer(1, 1)
    inbound.arrive(2, 2)
    inbound.settle(2, 2)
    expect(acks).toEqual([])
    inbound.redeem(ticket)
    expect(acks).toEqual(['PUBACK 1', 'PUBREC 2'])
  })

  it('tells a duplicate of QoS 2 until it is released', () => {
    expect(inbound.arrive(7, 2)).toBe('new')
    inbound.settle(7, 2)
    expect(inbound.arrive(7, 2)).toBe('duplicate')
    expect(inbound.release(7)).toBe(true)
    expect(inbound.release(7)).toBe(false)
    expect(inbound.arrive(7, 2)).toBe('new')
  })

  it('holds the server to its Receive Maximum', () => {
    for (const id of [1, 2, 3]) {
      expect(inbound.arrive(id, 2)).toBe('new')
      inbound.settle(id, 2)
    }
    expect(inbound.arrive(2, 2)).toBe('duplicate')
    inbound.release(1)
    expect(inbound.arrive(4, 2)).toBe('new')
    expect(inbound.arrive(5, 1)).toBe('flood')
  })

  it('does not count on a new connection what came on the last one', () => {
    for (const id of [1, 2, 3]) inbound.arrive(id, 2)
    inbound.handleOnline(true)
    expect(inbound.arrive(4, 1)).toBe('new')
    expect(inbound.arrive(1, 2)).toBe('duplicate')
    expect(inbound.arrive(2, 2)).toBe('duplicate')
    expect(inbound.arrive(3, 2)).toBe('flood')
  })

  it('gives PUBREC on the next connection when the application is done by then', () => {
    inbound.arrive(1, 2)
    const ticket = inbound.defer(1, 2)
    inbound.handleOnline(true)
    expect(inbound.arrive(1, 2)).toBe('duplicate')
    inbound.settleDuplicate(1)
    expect(acks).toEqual([])
    inbound.redeem(ticket)
    expect(acks).toEqual(['PUBREC 1'])
  })

  it('forgets everything with the session', () => {
    inbound.arrive(1, 2)
    inbound.settle(1, 2)
    inbound.handleOnline(false)
    expect(inbound.arrive(1, 2)).toBe('new')
  })
})
