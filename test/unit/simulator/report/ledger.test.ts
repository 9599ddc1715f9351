// The account of every message.

import { describe, expect, it } from 'vitest'
import { Ledger, LOSS_CAUSES } from '../../../../simulator/report/index.ts'
import { unexplained } from '../../../../simulator/report/ledger.ts'

const seen = { received: 0, duplicated: 0, reordered: 0, missing: 0, gaps: 0, tail: 0 }
const summary = { ...seen, stale: 0, malformed: 0 }

describe('a ledger', () => {
  it('keeps the QoS levels apart and adds them up', () => {
    const ledger = new Ledger()
    ledger.countPublished(0, 5)
    ledger.countAcked(0, 5)
    ledger.countPublished(1, 4)
    ledger.countAcked(1, 2)
    ledger.countLost(1, 'expired')
    ledger.countQueued(1, 1)
    expect(ledger.account(0)).toMatchObject({ published: 5, acked: 5, lost: 0, queued: 0 })
    expect(ledger.account(1)).toMatchObject({ published: 4, acked: 2, lost: 1, queued: 1 })
    expect(ledger.total()).toMatchObject({ published: 9, acked: 7, lost: 1, queued: 1 })
    expect(ledger.total().lostBy.expired).toBe(1)
    expect(unexplained(ledger.total())).toBe(0)
  })

  it('shows messages that it cannot explain', () => {
    const ledger = new Ledger()
    ledger.countPublished(1, 4)
    ledger.countAcked(1, 3)
    expect(unexplained(ledger.total())).toBe(1)
  })

  it('takes an account that does not change afterwards', () => {
    const ledger = new Ledger()
    const before = ledger.account(1)
    ledger.countLost(1, 'dropped')
    expect(before.lostBy.dropped).toBe(0)
  })
})

describe('a verifying subscriber', () => {
  it('finds messages that were acknowledged and never delivered', () => {
    const ledger = new Ledger()
    ledger.countPublished(1, 100)
    ledger.countAcked(1, 90)
    ledger.countLost(1, 'dropped', 4)
    ledger.countQueued(1, 6)
    ledger.countVerified(1, { ...summary, received: 87, duplicated: 2, reordered: 1, missing: 13 })
    const account = ledger.account(1)
    expect(account).toMatchObject({ received: 87, duplicated: 2, reordered: 1, lost: 7 })
    expect(account.lostBy).toMatchObject({ dropped: 4, broker: 3, air: 0 })
    expect(unexplained(account)).toBe(0)
  })

  it('does not blame the broker for what never left the device', () => {
    const ledger = new Ledger()
    ledger.countPublished(1, 10)
    ledger.countLost(1, 'dropped', 10)
    ledger.countVerified(1, { ...summary, missing: 10 })
    expect(ledger.account(1).lostBy.broker).toBe(0)
  })

  it('blames the air for QoS 0, which nobody confirms', () => {
    const ledger = new Ledger()
    ledger.countPublished(0, 10)
    ledger.countAcked(0, 10)
    ledger.countVerified(0, { ...summary, received: 8, missing: 2 }, 3)
    expect(ledger.account(0)).toMatchObject({ lost: 2, late: 3 })
    expect(ledger.account(0).lostBy).toMatchObject({ broker: 0, air: 2 })
  })
})

describe('merging', () => {
  it('adds up every count and every cause', () => {
    const one = new Ledger()
    one.countPublished(1, 3)
    for (const cause of LOSS_CAUSES) one.countLost(1, cause)
    one.countQueued(1, 3, 2)
    one.countVerified(1, { ...summary, received: 2, duplicated: 1, reordered: 1 }, 4)
    const other = new Ledger()
    other.merge(1, one.account(1))
    other.merge(1, one.account(1))
    const { lostBy, ...counts } = other.account(1)
    expect(counts).toEqual({
      published: 6,
      acked: 0,
      lost: 2 * LOSS_CAUSES.length,
      queued: 6,
      inflight: 4,
      received: 4,
      duplicated: 2,
      reordered: 2,
      late: 8,
    })
    expect(Object.values(lostBy)).toEqual(LOSS_CAUSES.map(() => 2))
  })
})
