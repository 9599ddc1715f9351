// The form that opens a link: what kind, and the settings of that kind.

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { LinkKind, LinkRequest, LinkView, SerialPortView } from '../../../link-views.ts'
import { call, reasonOf } from '../../api.ts'
import { usePage } from '../../context.ts'
import { Choice } from '../../parts/basics.tsx'
import { Field } from '../../parts/field.tsx'
import { optionsOf, Select } from '../../parts/select.tsx'
import { usePolled } from '../../polled.ts'
import type { Labels } from '../../text/en.ts'

const KINDS: Record<LinkKind, (labels: Labels) => string> = {
  serial: (labels) => labels.serial,
  'tcp-client': (labels) => labels['tcp-client'],
  'tcp-server': (labels) => labels['tcp-server'],
  udp: (labels) => labels.udp,
}
const PARITIES: Record<'none' | 'even' | 'odd', (labels: Labels) => string> = {
  none: (labels) => labels.parityNone,
  even: (labels) => labels.parityEven,
  odd: (labels) => labels.parityOdd,
}
const DATA_BITS = { 8: 8, 7: 7, 6: 6, 5: 5 } as const
const STOP_BITS = { 1: 1, 2: 2 } as const

const EMPTY = {
  kind: 'serial' as LinkKind,
  path: '',
  baud: '115200',
  dataBits: '8' as '5' | '6' | '7' | '8',
  parity: 'none' as keyof typeof PARITIES,
  stopBits: '1' as '1' | '2',
  rtscts: false,
  host: '127.0.0.1',
  port: '9000',
  targetHost: '127.0.0.1',
  targetPort: '9001',
  allow: '',
}
type Draft = typeof EMPTY

interface Part {
  readonly draft: Draft
  readonly set: (change: Partial<Draft>) => void
}

export function OpenForm(props: { readonly onOpened: (id: string) => void }): JSX.Element {
  const { labels } = usePage()
  const [draft, setDraft] = useState(EMPTY)
  const [problem, setProblem] = useState('')
  const [isBusy, setBusy] = useState(false)
  const { answer: ports } = usePolled<SerialPortView[]>('ports')
  const set = (change: Partial<Draft>): void => setDraft({ ...draft, ...change })
  const open = async (event: Event): Promise<void> => {
    event.preventDefault()
    setBusy(true)
    setProblem('')
    try {
      const body = requestOf(draft, ports?.[0]?.path ?? '')
      const { id } = await call<LinkView>('links', { method: 'POST', body })
      props.onOpened(id)
    } catch (error) {
      setProblem(labels.failed(reasonOf(error)))
      setBusy(false)
    }
  }
  const isSerial = draft.kind === 'serial'
  return (
    <form class="connect pad" onSubmit={(event) => void open(event)}>
      <Choice
        label={labels.linkKind}
        value={draft.kind}
        options={optionsOf(KINDS, labels)}
        onChange={(kind) => set({ kind })}
      />
      {isSerial && <SerialFields draft={draft} set={set} ports={ports ?? []} />}
      {!isSerial && <SocketFields draft={draft} set={set} />}
      <div class="field-row">
        <button
          type="submit"
          class="button solid"
          disabled={isBusy || (isSerial && ports?.length === 0)}
        >
          {isBusy ? labels.opening : labels.open}
        </button>
        <output class="note bad">{problem}</output>
      </div>
    </form>
  )
}

function SerialFields(props: Part & { readonly ports: readonly SerialPortView[] }): JSX.Element {
  const { labels } = usePage()
  const { draft, set, ports } = props
  if (ports.length === 0) return <p class="muted">{labels.noPorts}</p>
  return (
    <>
      <div class="field-grid">
        <Select
          label={labels.serialPort}
          value={draft.path === '' ? (ports[0]?.path ?? '') : draft.path}
          options={ports.map(({ path, product }) => ({
            value: path,
            text: product === '' ? path : `${path} (${product})`,
          }))}
          onChange={(path) => set({ path })}
        />
        <Field
          label={labels.baud}
          type="number"
          value={draft.baud}
          required
          onInput={(baud) => set({ baud })}
        />
        <Select
          label={labels.dataBits}
          value={draft.dataBits}
          options={(['8', '7', '6', '5'] as const).map((value) => ({ value, text: value }))}
          onChange={(dataBits) => set({ dataBits })}
        />
        <Select
          label={labels.parity}
          value={draft.parity}
          options={optionsOf(PARITIES, labels)}
          onChange={(parity) => set({ parity })}
        />
        <Select
          label={labels.stopBits}
          value={draft.stopBits}
          options={(['1', '2'] as const).map((value) => ({ value, text: value }))}
          onChange={(stopBits) => set({ stopBits })}
        />
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={draft.rtscts}
          onChange={(event) => set({ rtscts: event.currentTarget.checked })}
        />
        {labels.flowControl}
      </label>
    </>
  )
}

function SocketFields({ draft, set }: Part): JSX.Element {
  const { labels } = usePage()
  const isClient = draft.kind === 'tcp-client'
  return (
    <div class="field-grid">
      <HostPort
        labels={isClient ? [labels.host, labels.port] : [labels.listenHost, labels.port]}
        host={draft.host}
        port={draft.port}
        hint={isClient ? '' : labels.freePort}
        onChange={(host, port) => set({ host, port })}
      />
      {draft.kind === 'udp' && (
        <HostPort
          labels={[labels.targetHost, labels.targetPort]}
          host={draft.targetHost}
          port={draft.targetPort}
          hint=""
          onChange={(targetHost, targetPort) => set({ targetHost, targetPort })}
        />
      )}
      {!isClient && (
        <Field
          label={labels.allow}
          value={draft.allow}
          placeholder={labels.allowHint}
          onInput={(allow) => set({ allow })}
        />
      )}
    </div>
  )
}

function HostPort(props: {
  readonly labels: readonly [host: string, port: string]
  readonly host: string
  readonly port: string
  /** Stands in the empty field of the port. */
  readonly hint: string
  readonly onChange: (host: string, port: string) => void
}): JSX.Element {
  const { host, port, onChange } = props
  const [hostLabel, portLabel] = props.labels
  return (
    <>
      <Field label={hostLabel} value={host} required onInput={(next) => onChange(next, port)} />
      <Field
        label={portLabel}
        value={port}
        placeholder={props.hint}
        required
        onInput={(next) => onChange(host, next)}
      />
    </>
  )
}

/** @param firstPort is meant where none was chosen. */
function requestOf(draft: Draft, firstPort: string): LinkRequest {
  const { kind, host, targetHost } = draft
  const port = Number(draft.port)
  const allowed = draft.allow.split(/[\s,]+/).filter((part) => part !== '')
  const allow = allowed.length === 0 ? {} : { allow: allowed }
  switch (kind) {
    case 'serial': {
      const { path, baud, dataBits, parity, stopBits, rtscts } = draft
      const frame = { dataBits: DATA_BITS[dataBits], parity, stopBits: STOP_BITS[stopBits] }
      return { kind, path: path || firstPort, baud: Number(baud), ...frame, rtscts }
    }
    case 'tcp-client':
      return { kind, host, port }
    case 'tcp-server':
      return { kind, host, port, ...allow }
    case 'udp':
      return { kind, host, port, ...allow, targetHost, targetPort: Number(draft.targetPort) }
  }
}
