// The compatibility matrix as a document: from the results of a run to docs/compatibility.md. The
// same results give the same text. It runs nothing.

import type { ProtocolVersion } from '@motewire/sdk'
import type { BrokerKind } from '../../support/brokers/test-broker.ts'
import { ALL_VERSIONS, VERSION_NAMES } from './interop-case.ts'
import type { InteropCase } from './interop-case.ts'
import type { KnownCell } from './known-cells.ts'
import type { BrokerResult, Verdict } from './result.ts'

export interface MatrixSources {
  readonly kinds: readonly BrokerKind[]
  readonly rows: readonly InteropCase[]
  readonly known: readonly KnownCell[]
  /** One a kind. */
  readonly results: readonly BrokerResult[]
}

const WORDS: Readonly<Record<Verdict, string>> = {
  ok: 'ok',
  unsupported: 'not supported',
  defect: 'broker defect',
  ours: 'SDK defect',
  FAILED: 'FAILED',
}

const HEAD = `# Compatibility

Written by \`npm run interop -- --write\` from a run of \`test/interop/brokers\` against the brokers
below, each started by the tests in its own folder on 127.0.0.1. A cell says \`ok\`, or whose limit
it is and which note tells what was seen. The tests hold every cell: one that fails otherwise, and
one that works although a note says it does not, fails them.

\`npm run interop\` installs the brokers (Debian, as root) and runs the suite. \`npm test\` does so
too; without a broker it goes on and says which one is missing and how to get it.

`

const APOLLO = `
## Apache Apollo

Apollo ended in 2015 and cannot be had from a package, so no run above is Apollo's own. Two things
stand in for it: ActiveMQ, which uses the same MQTT codec and tells protocols apart on one port in
the same way, and a scripted fake with what Apollo's sources and manuals say it does
(\`test/support/brokers/apollo-fake.ts\`): one port for MQTT and one for its web console, CONNACK 4
and a socket that stays open, MQTT 5.0 refused, no session-present flag, no RETAIN flag, the
subscriber's QoS, Packet Identifiers from 32,768.
`

const RESTARTS = `
## Mosquitto that goes down under load

\`test/interop/mosquitto-restart.test.ts\` takes a Mosquitto with \`persistence true\` down three
times while 900 messages are on their way to a subscriber with a session.

- SIGTERM, QoS 1: nothing is lost, some messages are repeated.
- SIGTERM, QoS 2: nothing is lost. Repeated is only what Mosquitto 2.0.11 publishes again, with DUP,
  after it has sent the PUBREL, against [MQTT311-4.3.3-1].
- SIGKILL, with \`autosave_on_changes\`: Mosquitto is back where it last saved. It forgets messages
  that it has confirmed since, and repeats others. In 5.0 it may refuse new QoS 2 messages with
  0x97, because it counts exchanges that are over.

So a Mosquitto that loses power loses messages that it has confirmed, whatever the client does.
`

/** The whole document. Notes are numbered in the order of their first mention. */
export function renderMatrix(sources: MatrixSources): string {
  const notes: KnownCell[] = []
  const tables = ALL_VERSIONS.toReversed().map((version) => renderVersion(sources, version, notes))
  const list = notes.map(
    ({ broker, kind, seen }, i) => `${i + 1}. ${broker}, ${WORDS[kind]}: ${seen}.`,
  )
  return [
    HEAD,
    renderBrokers(sources),
    ...tables,
    `\n## Notes\n\n${list.join('\n')}\n`,
    APOLLO,
    RESTARTS,
  ].join('')
}

function renderBrokers({ kinds, results }: MatrixSources): string {
  const names = ALL_VERSIONS.map((version) => `MQTT ${VERSION_NAMES[version]}`)
  const lines = kinds.map((kind) => {
    const release = results.find(({ broker }) => broker === kind.name)?.release ?? ''
    const cells = ALL_VERSIONS.map((version) => kind.refusals[version]?.seen ?? 'yes')
    return row([kind.name, release, ...cells])
  })
  return `## Brokers\n\n${table(['broker', 'release', ...names], lines)}`
}

function renderVersion(
  { kinds, rows, known, results }: MatrixSources,
  version: ProtocolVersion,
  notes: KnownCell[],
): string {
  const columns = kinds.filter(({ versions }) => versions.includes(version))
  const lines = rowsOf(rows, version).map(({ name }) => {
    const cells = columns.map(({ name: broker }) => {
      const verdict = results
        .find((result) => result.broker === broker)
        ?.cells.find((cell) => cell.row === name && cell.version === version)?.verdict
      if (verdict === undefined) throw new Error(`no verdict: ${broker}, ${name}, ${version}`)
      return renderCell(verdict, findKnown(known, broker, name, version), notes)
    })
    return row([name, ...cells])
  })
  const head = ['row', ...columns.map(({ name }) => name)]
  return `\n## MQTT ${VERSION_NAMES[version]}\n\n${table(head, lines)}`
}

function renderCell(verdict: Verdict, known: KnownCell | undefined, notes: KnownCell[]): string {
  if (verdict === 'ok' || known === undefined) return WORDS[verdict]
  if (!notes.includes(known)) notes.push(known)
  return `${WORDS[verdict]} (${notes.indexOf(known) + 1})`
}

/** The entry of the list that this cell stands in. */
export function findKnown(
  known: readonly KnownCell[],
  broker: string,
  name: string,
  version: ProtocolVersion,
): KnownCell | undefined {
  return known.find(
    (one) =>
      one.broker === broker &&
      one.rows.includes(name) &&
      (one.versions ?? ALL_VERSIONS).includes(version),
  )
}

/** Rows that mean something in this version. */
export function rowsOf(rows: readonly InteropCase[], version: ProtocolVersion): InteropCase[] {
  return rows.filter(({ versions = ALL_VERSIONS }) => versions.includes(version))
}

function table(head: readonly string[], lines: readonly string[]): string {
  return `${[row(head), row(head.map(() => '---')), ...lines].join('\n')}\n`
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
