// A journal gives back what was told: after the death of the process all that was written, after a
// power cut all that was committed, and of a file cut or flipped anywhere never anything wrong.

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JournalStore } from '../../../../sdk/store/index.ts'
import type { JournalOptions, StoredSession } from '@motewire/sdk'
import { ManualClock } from '@motewire/sdk/testing'
import { readJournal } from '../../../../sdk/store/journal-reader.ts'
import { changeOf, comparable, drawArbitrary, StoreModel } from '../../../support/store/model.ts'
import type { Change, Draw } from '../../../support/store/model.ts'
import { SimulatedDisk } from '../../../support/store/simulated-disk.ts'

const PATH = 'pump.journal'
const HEADER_BYTES = 32

/** A store on a simulated disk beside a model, with what was durable at the last commit. */
class Bench {
  readonly clock = new ManualClock()
  readonly disk: SimulatedDisk
  readonly model = new StoreModel()
  readonly store: JournalStore
  readonly changes: Change[] = []
  /** What was known after so many changes. */
  readonly told: StoredSession[] = []
  committed = 0
  #asked = 0

  constructor(options: JournalOptions = {}, disk = new SimulatedDisk()) {
    this.disk = disk
    this.store = new JournalStore(PATH, options, this.clock, disk)
    this.store.open({
      onCommitted: () => (this.committed = this.#asked),
      onStoreFailed: (error) => {
        throw error
      },
    })
    this.told.push(this.model.session())
  }

  change(draw: Draw): void {
    const change = changeOf(draw, this.model)
    change(this.model)
    change(this.store)
    this.changes.push(change)
    this.told.push(this.model.session())
  }

  commit(): void {
    this.#asked = this.told.length - 1
    if (this.store.commit()) this.committed = this.#asked
  }
}

function reopen(disk: SimulatedDisk): StoredSession {
  const store = new JournalStore(PATH, {}, new ManualClock(), disk)
  return comparable(store.open({ onCommitted: () => undefined, onStoreFailed: () => undefined }))
}

interface WrittenJournal {
  readonly file: Buffer
  readonly bench: Bench
  /** Where the header ends, and each record behind it. */
  readonly ends: readonly number[]
}

/** A journal of one record a change. */
function journalOf(draws: readonly Draw[]): WrittenJournal {
  const bench = new Bench({ fsync: 'never' })
  const ends = [HEADER_BYTES]
  for (const draw of draws) {
    bench.change(draw)
    bench.commit()
    ends.push(bench.disk.bytesOf(PATH)!.length)
  }
  return { file: bench.disk.bytesOf(PATH)!, bench, ends }
}

/** What is known when all changes but one were told. */
function withoutChange(changes: readonly Change[], lost: number): StoredSession {
  const model = new StoreModel()
  for (const [index, change] of changes.entries()) if (index !== lost) change(model)
  return model.session()
}

const drawsArbitrary = fc.array(drawArbitrary, { minLength: 1, maxLength: 25 })

describe('a journal file', () => {
  it('cut at any byte gives back exactly the changes that are complete', () => {
    fc.assert(
      fc.property(drawsArbitrary, (draws) => {
        const { file, bench, ends } = journalOf(draws)
        for (let length = 0; length <= file.length; length++) {
          const disk = new SimulatedDisk()
          disk.put(PATH, file.subarray(0, length))
          const complete = Math.max(
            ends.findLastIndex((end) => end <= length),
            0,
          )
          expect(reopen(disk)).toEqual(bench.told[complete])
        }
      }),
      { numRuns: 12 },
    )
  })

  it('extended with zeros after any record gives back all before', () => {
    fc.assert(
      fc.property(drawsArbitrary, fc.integer({ min: 1, max: 9_000 }), (draws, zeros) => {
        const { file, bench, ends } = journalOf(draws)
        for (const [complete, end] of ends.entries()) {
          const disk = new SimulatedDisk()
          disk.put(PATH, Buffer.concat([file.subarray(0, end), Buffer.alloc(zeros)]))
          expect(reopen(disk)).toEqual(bench.told[complete])
        }
      }),
      { numRuns: 20 },
    )
  })

  it('flipped in any byte loses the change it stands in and no other, and says so', () => {
    fc.assert(
      fc.property(drawsArbitrary, fc.integer({ min: 1, max: 255 }), (draws, mask) => {
        const journal = journalOf(draws)
        for (let at = 0; at < journal.file.length; at++) checkFlip(journal, at, mask)
      }),
      { numRuns: 12 },
    )
  })

  it('never takes a payload for a record, even one that holds a journal', () => {
    const inner = journalOf([{ kind: 12, pick: 4, payload: 'inner', topic: 'inner' }]).file
    const { file, bench, ends } = journalOf([
      { kind: 12, pick: 1, payload: inner, topic: 'outer' },
      { kind: 12, pick: 1, payload: 'next', topic: 'next' },
    ])
    // Damage at the beginning of the record sends the search through its payload.
    const damaged = Buffer.from(file)
    damaged[ends[0]! + 4]! ^= 0x55
    const reading = readJournal(damaged)
    expect(reading.kind === 'journal' && comparable(reading.state.snapshot())).toEqual(
      withoutChange(bench.changes, 0),
    )
  })
})

function checkFlip({ file, bench, ends }: WrittenJournal, at: number, mask: number): void {
  const flipped = Buffer.from(file)
  flipped[at]! ^= mask
  const reading = readJournal(flipped)
  if (reading.kind !== 'journal') throw new Error(`flipping byte ${at} makes it ${reading.kind}`)
  const hit = ends.findIndex((end) => at < end)
  // The header stands twice, and one damaged copy does no harm.
  const isHeader = hit === 0
  const isLast = hit === ends.length - 1
  const start = ends[hit - 1] ?? 0
  const damage = { offset: start, bytes: ends[hit]! - start }
  expect(comparable(reading.state.snapshot())).toEqual(withoutChange(bench.changes, hit - 1))
  expect(reading.damages).toEqual(isHeader || isLast ? [] : [damage])
  expect(reading.end).toBe(isLast && !isHeader ? start : file.length)
}

/** A crash after some of: change, commit, and one step of what the disk still has to do. */
const stepArbitrary = fc.oneof(
  { weight: 5, arbitrary: drawArbitrary },
  { weight: 2, arbitrary: fc.constant('commit' as const) },
  { weight: 4, arbitrary: fc.constant('disk' as const) },
  { weight: 1, arbitrary: fc.constant('turn' as const) },
)
const fsyncArbitrary = fc.constantFrom<NonNullable<JournalOptions['fsync']>>(
  'before-send',
  'never',
  { everyMs: 100 },
)

function run(bench: Bench, steps: readonly (Draw | 'commit' | 'disk' | 'turn')[]): void {
  for (const step of steps) {
    if (step === 'commit') bench.commit()
    else if (step === 'disk') bench.disk.step()
    else if (step === 'turn') bench.clock.advance(50)
    else bench.change(step)
  }
}

/** Whether `session` is what was known at some time from the last commit on. */
function expectPrefix(bench: Bench, session: StoredSession, committed: number): void {
  const candidates = bench.told.slice(committed)
  const texts = candidates.map((one) => JSON.stringify(one))
  expect(texts).toContain(JSON.stringify(session))
}

describe('a journal store that compacts all the time', () => {
  const stepsArbitrary = fc.array(stepArbitrary, { minLength: 20, maxLength: 150 })

  it('gives back a state at or after the last commit when its process is killed', () => {
    fc.assert(
      fc.property(stepsArbitrary, fsyncArbitrary, (steps, fsync) => {
        const bench = new Bench({ fsync, compactBytesMin: 100 })
        run(bench, steps)
        expectPrefix(bench, reopen(bench.disk.kill()), bench.committed)
      }),
      { numRuns: 300 },
    )
  })

  it('gives back a state at or after the last commit when the power is cut', () => {
    fc.assert(
      fc.property(
        stepsArbitrary,
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (steps, chances) => {
          const bench = new Bench({ fsync: 'before-send', compactBytesMin: 100 })
          run(bench, steps)
          const survivor = bench.disk.powerCut(() => chances.next().value as number)
          expectPrefix(bench, reopen(survivor), bench.committed)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('never gives back anything untold after a power cut without syncs', () => {
    fc.assert(
      fc.property(
        stepsArbitrary,
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (steps, chances) => {
          const bench = new Bench({ fsync: 'never', compactBytesMin: 100 })
          run(bench, steps)
          expectPrefix(bench, reopen(bench.disk.powerCut(() => chances.next().value as number)), 0)
        },
      ),
      { numRuns: 200 },
    )
  })
})
