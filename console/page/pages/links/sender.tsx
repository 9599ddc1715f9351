// The form that sends on a link: text or hex with checksum and line ending, once or on time, and a
// list of named commands kept in the browser.

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Checksum, LineEnding, LinkSendRequest, LinkView } from '../../../link-views.ts'
import { call, reasonOf } from '../../api.ts'
import { usePage } from '../../context.ts'
import { Card } from '../../parts/basics.tsx'
import { Icon } from '../../parts/icon.tsx'
import { PayloadInput } from '../../parts/payload-input.tsx'
import { ONCE, RepeatFields, repeatOf, SeriesState } from '../../parts/repeat.tsx'
import { optionsOf, Select } from '../../parts/select.tsx'
import { keep, recall } from '../../settings.ts'
import type { Labels } from '../../text/en.ts'

const COMMANDS_MAX = 200

const ENCODINGS: Record<'text' | 'gbk' | 'hex', (labels: Labels) => string> = {
  text: (labels) => labels.text,
  gbk: () => 'GBK',
  hex: (labels) => labels.hex,
}
const CHECKSUMS: Record<Checksum, (labels: Labels) => string> = {
  none: (labels) => labels.checksumNone,
  sum8: () => 'SUM-8',
  xor8: () => 'XOR-8',
  lrc: () => 'LRC',
  'crc16-modbus': () => 'CRC-16/Modbus',
  'crc16-ccitt': () => 'CRC-16/CCITT',
  crc32: () => 'CRC-32',
}
const ENDINGS: Record<LineEnding, (labels: Labels) => string> = {
  none: (labels) => labels.endingNone,
  cr: () => 'CR',
  lf: () => 'LF',
  crlf: () => 'CR LF',
}

interface Draft {
  readonly payload: string
  readonly encoding: keyof typeof ENCODINGS
  readonly checksum: Checksum
  readonly ending: LineEnding
}

interface Command extends Draft {
  readonly name: string
}

const EMPTY: Draft = { payload: '', encoding: 'text', checksum: 'none', ending: 'none' }

export function LinkSender(props: {
  readonly link: LinkView
  readonly refresh: () => void
}): JSX.Element {
  const { labels, format } = usePage()
  const { id, series, peers, settings } = props.link
  const [draft, setDraft] = useState(EMPTY)
  const [peer, setPeer] = useState('')
  const [repeat, setRepeat] = useState(ONCE)
  const [outcome, setOutcome] = useState({ isBad: false, text: '' })
  const set = (change: Partial<Draft>): void => setDraft({ ...draft, ...change })
  const send = async (one: Draft): Promise<void> => {
    try {
      const to = peers.includes(peer) ? { peer } : {}
      const body: LinkSendRequest = { ...one, ...to, ...repeatOf(repeat) }
      const { bytes } = await call<{ bytes: number }>(`links/${id}/send`, { method: 'POST', body })
      setOutcome({ isBad: false, text: labels.sentBytes(format.bytes(bytes)) })
      props.refresh()
    } catch (error) {
      setOutcome({ isBad: true, text: labels.failed(reasonOf(error)) })
    }
  }
  const stop = (): Promise<void> =>
    call(`links/${id}/series`, { method: 'DELETE' }).then(props.refresh)
  return (
    <Card title={labels.send}>
      <form
        class="publish pad"
        onSubmit={(event) => {
          event.preventDefault()
          void send(draft)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send(draft)
        }}
      >
        <DraftFields draft={draft} set={set} />
        {settings.kind === 'tcp-server' && (
          <PeerField peers={peers} peer={peer} onChange={setPeer} />
        )}
        <div class="field-row">
          <button type="submit" class="button solid" disabled={props.link.state !== 'open'}>
            {labels.send}
          </button>
          <RepeatFields repeat={repeat} onChange={setRepeat} />
          {series !== null && <SeriesState series={series} onStop={() => void stop()} />}
          <output class={outcome.isBad ? 'note bad' : 'note'}>{outcome.text}</output>
        </div>
      </form>
      <Commands
        draft={draft}
        onSend={(command) => {
          setDraft(command)
          void send(command)
        }}
      />
    </Card>
  )
}

/** To whom of a server's clients. */
function PeerField(props: {
  readonly peers: readonly string[]
  readonly peer: string
  readonly onChange: (peer: string) => void
}): JSX.Element {
  const { labels } = usePage()
  const { peers, peer, onChange } = props
  return (
    <Select
      label={labels.to}
      value={peers.includes(peer) ? peer : ''}
      options={[
        { value: '', text: labels.everybody },
        ...peers.map((value) => ({ value, text: value })),
      ]}
      onChange={onChange}
    />
  )
}

function DraftFields(props: {
  readonly draft: Draft
  readonly set: (change: Partial<Draft>) => void
}): JSX.Element {
  const { labels } = usePage()
  const { draft, set } = props
  return (
    <PayloadInput
      label={labels.data}
      rows={2}
      payload={draft.payload}
      encoding={draft.encoding}
      encodings={optionsOf(ENCODINGS, labels)}
      set={set}
    >
      <div class="field-pair">
        <Select
          label={labels.checksum}
          value={draft.checksum}
          options={optionsOf(CHECKSUMS, labels)}
          onChange={(checksum) => set({ checksum })}
        />
        <Select
          label={labels.ending}
          value={draft.ending}
          options={optionsOf(ENDINGS, labels)}
          onChange={(ending) => set({ ending })}
        />
      </div>
    </PayloadInput>
  )
}

function Commands(props: {
  readonly draft: Draft
  readonly onSend: (command: Draft) => void
}): JSX.Element {
  const { labels } = usePage()
  const [commands, setCommands] = useState(() => recall<Command[]>('commands', []))
  const [name, setName] = useState('')
  const store = (next: Command[]): void => {
    keep('commands', next)
    setCommands(next)
  }
  const without = (gone: string): Command[] => commands.filter((one) => one.name !== gone)
  const save = (event: Event): void => {
    event.preventDefault()
    store([...without(name), { ...props.draft, name }].slice(-COMMANDS_MAX))
    setName('')
  }
  return (
    <div class="pad commands" role="group" aria-label={labels.commands}>
      {commands.map(({ name: saved, ...draft }) => (
        <span class="command-chip" key={saved}>
          <button
            type="button"
            class="chip saved"
            title={draft.payload}
            onClick={() => props.onSend(draft)}
          >
            {saved}
          </button>
          <button
            type="button"
            class="icon-button small"
            aria-label={labels.deleteCommand(saved)}
            title={labels.deleteCommand(saved)}
            onClick={() => store(without(saved))}
          >
            <Icon name="close" />
          </button>
        </span>
      ))}
      <form class="create-line" onSubmit={save}>
        <input
          aria-label={labels.commandName}
          placeholder={labels.commandName}
          value={name}
          required
          maxLength={60}
          autocomplete="off"
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button type="submit" class="button small" disabled={props.draft.payload === ''}>
          {labels.saveCommand}
        </button>
      </form>
    </div>
  )
}
