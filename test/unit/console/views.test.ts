// From what the rooms tell of themselves to what the API says.

import { describe, expect, it } from 'vitest'
import { bridgeView } from '@motewire/console'
import type { BridgeSnapshot } from '@motewire/hardware'
import { topicDetail } from '../../../console/api/broker-views.ts'
import { fleetView } from '../../../console/api/fleet-view.ts'
import { LivelyBroker, LivelyFleet } from '../../support/console-fixture.ts'

describe('the detail of a topic', () => {
  const detail = (payload: Uint8Array | undefined): ReturnType<typeof topicDetail> => {
    const topic = new LivelyBroker({ clients: 2, topics: 1 }, () => 1000).topic(
      'site/north/temperature/mote-1',
    )
    if (topic === undefined) throw new Error('the fixture has no such topic')
    return topicDetail({ ...topic, lastPayload: payload, retainedPayload: payload }, undefined)
  }

  it('has no payload where none was seen', () => {
    expect(detail(undefined)).toMatchObject({ lastPayload: null, retainedPayload: null })
  })

  it.each([
    [0, 0, false, false],
    [4095, 4095, false, false],
    [4096, 4096, true, false],
    [65_536, 65_536, true, false],
    [65_537, 65_536, true, true],
  ])('shows of %i bytes %i, and tells when it may not be all', (bytes, shown, last, retained) => {
    const { lastPayload, retainedPayload } = detail(new Uint8Array(bytes).fill(7))
    expect(Buffer.from(retainedPayload?.base64 ?? '', 'base64')).toHaveLength(shown)
    expect([lastPayload?.isCut, retainedPayload?.isCut]).toEqual([last, retained])
  })
})

describe('the fleet', () => {
  it('has zeros where nothing was measured yet', () => {
    const snapshot = new LivelyFleet(() => 0).snapshot()
    const nothing = { ...snapshot.lagMs, count: 0, mean: NaN, min: Infinity, max: -Infinity }
    const view = fleetView({ ...snapshot, durationMs: undefined, lagMs: nothing })
    expect(view.lagMs).toMatchObject({ count: 0, mean: 0, min: 0, max: 0 })
    expect(JSON.parse(JSON.stringify(view))).toEqual(view)
    expect(view.durationMs).toBeNull()
  })
})

describe('a bridge', () => {
  it('adds up both ends', () => {
    const end = {
      name: 'serial /dev/ttyS0',
      state: 'up',
      stateMs: 9000,
      opens: 3,
      losses: 2,
      failures: 1,
      refused: { busy: 0, portAway: 0 },
      error: undefined,
    } as const
    const flow = { bytes: 10, droppedBytes: 4, waitingBytes: 0, pauses: 0 }
    const error = { code: 'ERR_LINK_LOST', message: 'tcp 127.0.0.1:1883 went away' }
    const snapshot: BridgeSnapshot = {
      port: end,
      net: {
        ...end,
        name: 'tcp',
        state: 'waiting',
        stateMs: 500,
        opens: 0,
        error,
        peer: undefined,
      },
      uplink: flow,
      downlink: { ...flow, bytes: 20 },
    }
    expect(bridgeView('press', snapshot, 100_000)).toEqual({
      name: 'press',
      serial: { address: 'serial /dev/ttyS0', state: 'up', problem: null },
      tcp: { address: 'tcp', state: 'waiting', problem: 'tcp 127.0.0.1:1883 went away' },
      serialToTcpBytes: 10,
      tcpToSerialBytes: 20,
      droppedBytes: 8,
      reopenings: 2,
      since: 99_500,
    })
  })
})
