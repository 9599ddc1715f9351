// What a visitor does to a fleet: starts one of sensors or vehicles, makes its link better or worse
// while it runs, stops it.

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { usePage } from '../../context.ts'
import { useAct } from '../../parts/act.tsx'
import { Card } from '../../parts/basics.tsx'
import { Field } from '../../parts/field.tsx'
import { optionsOf, Select } from '../../parts/select.tsx'
import type { Labels } from '../../text/en.ts'
import { LINK_NAMES } from '../../text/link-names.ts'

const QOS = ['0', '1', '2'] as const
const KINDS: Readonly<Record<'sensor' | 'vehicle', (labels: Labels) => string>> = {
  sensor: (labels) => labels.kindSensor,
  vehicle: (labels) => labels.kindVehicle,
}
const EMPTY = {
  kind: 'sensor' as keyof typeof KINDS,
  devices: '1000',
  everyS: '5',
  qos: '1' as (typeof QOS)[number],
  link: 'ethernet',
}

export function StartFleet(): JSX.Element {
  const { labels } = usePage()
  const [draft, setDraft] = useState(EMPTY)
  const { problem, run } = useAct()
  const set = (change: Partial<typeof EMPTY>): void => setDraft({ ...draft, ...change })
  const start = (event: Event): void => {
    event.preventDefault()
    const { kind, devices, everyS, qos, link } = draft
    const everyMs = Math.round(Number(everyS) * 1000)
    const body = { kind, devices: Number(devices), everyMs, qos: Number(qos), link }
    void run('fleet', { method: 'POST', body })
  }
  return (
    <Card title={labels.startFleet}>
      <form class="connect pad" onSubmit={start}>
        <p class="muted">{labels.startFleetHint}</p>
        <div class="field-grid">
          <Select
            label={labels.fleetKind}
            value={draft.kind}
            options={optionsOf(KINDS, labels)}
            onChange={(kind) => set({ kind })}
          />
          <Field
            label={labels.devices}
            type="number"
            value={draft.devices}
            required
            onInput={(devices) => set({ devices })}
          />
          <Field
            label={labels.everySeconds}
            value={draft.everyS}
            required
            onInput={(everyS) => set({ everyS })}
          />
          <ProfileSelect value={draft.link} onChange={(link) => set({ link })} />
          <Select
            label={labels.qos}
            value={draft.qos}
            options={QOS.map((value) => ({ value, text: value }))}
            onChange={(qos) => set({ qos })}
          />
        </div>
        <div class="field-row">
          <button type="submit" class="button solid">
            {labels.start}
          </button>
          <output class="note bad">{problem}</output>
        </div>
      </form>
    </Card>
  )
}

export function SteerFleet({ link }: { readonly link: string }): JSX.Element {
  const { labels } = usePage()
  const { problem, run } = useAct()
  return (
    <Card title={labels.steerFleet}>
      <div class="connect pad">
        <div class="field-row">
          <ProfileSelect
            value={link}
            onChange={(next) => void run('fleet/link', { method: 'PUT', body: { link: next } })}
          />
          <button
            type="button"
            class="button danger"
            onClick={() => void run('fleet', { method: 'DELETE' })}
          >
            {labels.stop}
          </button>
          <output class="note bad">{problem}</output>
        </div>
      </div>
    </Card>
  )
}

function ProfileSelect(props: {
  readonly value: string
  readonly onChange: (profile: string) => void
}): JSX.Element {
  const { labels } = usePage()
  return <Select label={labels.linkQuality} options={optionsOf(LINK_NAMES, labels)} {...props} />
}
