// The form that opens a connection: presets, saved profiles, and their export and import. Profiles
// are kept in the browser and never with a password.

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type {
  ConnectionView,
  ConnectRequest,
  PresetView,
  ProfileView,
} from '../../../workbench-views.ts'
import { call, reasonOf } from '../../api.ts'
import { usePage } from '../../context.ts'
import { Choice } from '../../parts/basics.tsx'
import { download } from '../../parts/download.ts'
import { Field } from '../../parts/field.tsx'
import { usePolled } from '../../polled.ts'
import { keep, recall } from '../../settings.ts'

const VERSIONS = ['auto', '5', '4', '3'] as const
type VersionText = (typeof VERSIONS)[number]
const VERSION_TEXTS: Record<VersionText, string> = { auto: '', 5: '5.0', 4: '3.1.1', 3: '3.1' }
const PROFILES_MAX = 50

interface Draft {
  readonly name: string
  readonly url: string
  readonly clientId: string
  readonly username: string
  readonly password: string
  readonly version: VersionText
}

const EMPTY: Draft = {
  name: '',
  url: '',
  clientId: '',
  username: '',
  password: '',
  version: 'auto',
}

export function ConnectForm(props: { readonly onOpened: (id: string) => void }): JSX.Element {
  const { labels } = usePage()
  const [typed, setDraft] = useState<Draft | null>(null)
  const { answer: presets, error: failure } = usePolled<PresetView[]>('presets')
  const [profiles, setProfiles] = useState(() => recall<ProfileView[]>('profiles', []))
  const [problem, setProblem] = useState('')
  const [isBusy, setBusy] = useState(false)
  const offered = { ...EMPTY, url: presets?.[0]?.url ?? '' }
  const draft = typed ?? offered
  // Two fields may be filled in before the page is drawn anew.
  const set = (change: Partial<Draft>): void => {
    setDraft((before) => ({ ...(before ?? offered), ...change }))
  }
  const connect = async (event: Event): Promise<void> => {
    event.preventDefault()
    setBusy(true)
    setProblem('')
    try {
      const body = requestOf(draft)
      const view = await call<ConnectionView>('connections', { method: 'POST', body })
      const others = profiles.filter(({ name }) => name !== view.profile.name)
      keep('profiles', [view.profile, ...others].slice(0, PROFILES_MAX))
      props.onOpened(view.id)
    } catch (error) {
      setProblem(labels.failed(reasonOf(error)))
      setBusy(false)
    }
  }
  // An address that came later would stand in what somebody has begun to type.
  if (presets === null && failure === null) return <></>
  return (
    <form class="connect pad" onSubmit={(event) => void connect(event)}>
      <div class="chips" role="group" aria-label={labels.presets}>
        {presets?.map((preset) => (
          <button type="button" class="chip" onClick={() => set(preset)} key={preset.name}>
            {preset.name}
          </button>
        ))}
        {profiles.map((profile) => (
          <button
            type="button"
            class="chip saved"
            key={profile.name}
            onClick={() => setDraft(draftOf(profile))}
          >
            {profile.name}
          </button>
        ))}
      </div>
      <Fields draft={draft} set={set} />
      <div class="field-row">
        <button type="submit" class="button solid" disabled={isBusy}>
          {isBusy ? labels.linkConnecting : labels.connect}
        </button>
        <Transfer profiles={profiles} onImported={setProfiles} />
        <output class="note bad">{problem}</output>
      </div>
    </form>
  )
}

function Fields(props: {
  readonly draft: Draft
  readonly set: (change: Partial<Draft>) => void
}): JSX.Element {
  const { labels } = usePage()
  const { draft, set } = props
  return (
    <>
      <div class="field-grid">
        <Field label={labels.address} value={draft.url} onInput={(url) => set({ url })} required />
        <Field label={labels.profileName} value={draft.name} onInput={(name) => set({ name })} />
        <Field
          label={labels.clientId}
          value={draft.clientId}
          placeholder={labels.madeUp}
          onInput={(clientId) => set({ clientId })}
        />
        <Field
          label={labels.username}
          value={draft.username}
          onInput={(username) => set({ username })}
        />
        <Field
          label={labels.password}
          type="password"
          value={draft.password}
          onInput={(password) => set({ password })}
        />
      </div>
      <div class="field">
        <span>{labels.mqttVersion}</span>
        <Choice
          label={labels.mqttVersion}
          value={draft.version}
          options={VERSIONS.map((value) => ({
            value,
            text: VERSION_TEXTS[value] || labels.versionAuto,
          }))}
          onChange={(version) => set({ version })}
        />
      </div>
    </>
  )
}

function requestOf({ version, ...draft }: Draft): ConnectRequest {
  const protocolVersion = version === 'auto' ? 'auto' : LEVELS[version]
  return { ...draft, protocolVersion }
}

const LEVELS = { 3: 3, 4: 4, 5: 5 } as const

function draftOf(profile: ProfileView): Draft {
  const version = VERSIONS.find((one) => one === String(profile.protocolVersion)) ?? 'auto'
  const { name, url, clientId, username } = profile
  return { name, url, clientId, username, password: '', version }
}

function Transfer(props: {
  readonly profiles: readonly ProfileView[]
  readonly onImported: (profiles: ProfileView[]) => void
}): JSX.Element {
  const { labels } = usePage()
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return
    const value: unknown = await file
      .text()
      .then(JSON.parse)
      .catch(() => [])
    const profiles = (Array.isArray(value) ? value : []).filter(isProfile).slice(0, PROFILES_MAX)
    keep('profiles', profiles)
    props.onImported(profiles)
  }
  return (
    <>
      <button
        type="button"
        class="button"
        onClick={() => download('profiles.json', JSON.stringify(props.profiles, null, 2))}
      >
        {labels.exportProfiles}
      </button>
      <label class="button file">
        {labels.importProfiles}
        <input
          type="file"
          accept=".json,application/json"
          onChange={(event) => void take(event.currentTarget.files?.[0])}
        />
      </label>
    </>
  )
}

function isProfile(value: unknown): value is ProfileView {
  const { name, url } = (value ?? {}) as Partial<Record<string, unknown>>
  return typeof name === 'string' && typeof url === 'string'
}
