// The calls of the API that this page made, to be repeated with curl; what was changed by anybody
// since the start; who one is signed in as.

import type { JSX } from 'preact'
import type { LogRow, WhoamiView } from '../../views.ts'
import { call, madeCalls } from '../api.ts'
import type { MadeCall } from '../api.ts'
import { usePage } from '../context.ts'
import { Card, CopyButton, PageHead } from '../parts/basics.tsx'
import { usePolled } from '../polled.ts'

export function Calls(): JSX.Element {
  const { labels, reconnect } = usePage()
  const { answer: visitor } = usePolled<WhoamiView>('whoami')
  const role = visitor?.role === 'viewer' ? labels.roleViewer : labels.roleAdmin
  const isSignedIn = visitor !== null && visitor.name !== ''
  return (
    <>
      <PageHead
        title={labels.calls}
        line={isSignedIn ? labels.signedInAs(visitor.name, role) : labels.callsLine}
      >
        <a class="button" href="/api/v1/openapi.json" target="_blank">
          {labels.description}
        </a>
        {isSignedIn && (
          <button
            type="button"
            class="button"
            onClick={() => void call('sign-out', { method: 'POST' }).then(reconnect)}
          >
            {labels.signOut}
          </button>
        )}
      </PageHead>
      <CallList isSignedIn={isSignedIn} />
      <Log />
    </>
  )
}

function CallList({ isSignedIn }: { readonly isSignedIn: boolean }): JSX.Element {
  const { labels } = usePage()
  const calls = madeCalls()
  return (
    <Card title={labels.callsHere}>
      {calls.length === 0 && <p class="muted pad">{labels.noCalls}</p>}
      {calls.map((one, position) => {
        const text = curlOf(one, isSignedIn)
        return (
          <p class="command made-call" key={`${calls.length - position}`}>
            <code>{text}</code>
            <CopyButton text={text} />
          </p>
        )
      })}
    </Card>
  )
}

/** As one types it in a shell. */
function curlOf({ method, path, body }: MadeCall, isSignedIn: boolean): string {
  const parts = ['curl', '-X', method, "-H 'x-motewire-console: 1'"]
  if (isSignedIn) parts.push('-u NAME')
  if (body !== undefined) {
    parts.push("-H 'content-type: application/json'", `-d ${quoted(JSON.stringify(body))}`)
  }
  return [...parts, quoted(`${location.origin}/api/v1/${path}`)].join(' ')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

function Log(): JSX.Element {
  const { labels, format, live } = usePage()
  const { answer } = usePolled<readonly LogRow[]>('log')
  const now = live.snapshot?.at ?? 0
  return (
    <Card title={labels.changesLog}>
      {answer?.length === 0 && <p class="muted pad">{labels.noChanges}</p>}
      <ol class="log">
        {answer
          ?.toReversed()
          .slice(0, 100)
          .map(({ at, name, address, what, status }, position) => (
            <li key={`${at} ${position}`}>
              <span class={status < 400 ? 'tag' : 'tag bad'}>{status}</span>
              <span class="mono what">{what}</span>
              <span class="muted">{name === '' ? address : `${name}, ${address}`}</span>
              <span class="muted numbers">{format.ago(now - at)}</span>
            </li>
          ))}
      </ol>
    </Card>
  )
}
