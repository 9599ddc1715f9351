// Links: serial ports, TCP and UDP sockets to debug devices with. The console holds them; this page
// shows one at a time: how it stands, what went over it, a form that sends, rules that answer.

import type { JSX } from 'preact'
import type { LinkView } from '../../link-views.ts'
import { call } from '../api.ts'
import { usePage } from '../context.ts'
import { useAct } from '../parts/act.tsx'
import { Card, Choice, PageHead, State } from '../parts/basics.tsx'
import type { Tone } from '../parts/basics.tsx'
import { usePolled } from '../polled.ts'
import { address, visit } from '../route.ts'
import { LinkLog } from './links/log.tsx'
import { OpenForm } from './links/open-form.tsx'
import { ReplyRules } from './links/reply-rules.tsx'
import { LinkSender } from './links/sender.tsx'

const NEW = 'new'

export function Links(): JSX.Element {
  const { labels, route } = usePage()
  const { answer: links, refresh } = usePolled<LinkView[]>('links')
  const wanted = route.query.get('open') ?? links?.[0]?.id ?? NEW
  const open = links?.find(({ id }) => id === wanted)
  const go = (id: string): void => {
    refresh()
    visit(address('links', { open: id }))
  }
  return (
    <>
      <PageHead title={labels.links} line={labels.linksLine}>
        {links && links.length > 0 && (
          <Choice
            label={labels.links}
            value={open?.id ?? NEW}
            options={[
              ...links.map(({ id, name }) => ({ value: id, text: name })),
              { value: NEW, text: labels.newLink },
            ]}
            onChange={go}
          />
        )}
      </PageHead>
      {open && <Bench key={open.id} link={open} refresh={refresh} go={go} />}
      {links && open === undefined && (
        <Card title={labels.newLink}>
          <OpenForm onOpened={go} />
        </Card>
      )}
    </>
  )
}

interface BenchProps {
  readonly link: LinkView
  readonly refresh: () => void
  readonly go: (id: string) => void
}

function Bench(props: BenchProps): JSX.Element {
  const { link, refresh } = props
  return (
    <>
      <Head {...props} />
      <div class="bench link-bench">
        <div class="bench-main">
          <LinkLog link={link} />
        </div>
        <div class="bench-side">
          <LinkSender link={link} refresh={refresh} />
          <ReplyRules link={link} refresh={refresh} />
        </div>
      </div>
    </>
  )
}

const TONES: Record<LinkView['state'], Tone> = { opening: 'warn', open: 'good', closed: 'bad' }

function Head({ link, refresh, go }: BenchProps): JSX.Element {
  const { labels, format } = usePage()
  const { id, state, problem, settings, lines, peers } = link
  const { problem: refusal, run } = useAct(refresh)
  const states = { opening: labels.opening, open: labels.isOpen, closed: labels.isClosed }
  const close = async (): Promise<void> => {
    if (await run(`links/${id}`, { method: 'DELETE' })) visit(address('links'))
  }
  const reopen = async (): Promise<void> => {
    if (!(await run(`links/${id}`, { method: 'DELETE' }))) return
    const next = await call<LinkView>('links', { method: 'POST', body: settings }).catch(() => null)
    go(next?.id ?? NEW)
  }
  return (
    <section class="card bench-link">
      <State tone={TONES[state]} text={states[state]} />
      <b class="mono">{link.name}</b>
      <span class="muted numbers">
        {labels.bytesBoth(format.bytes(link.bytesIn), format.bytes(link.bytesOut))}
      </span>
      {settings.kind === 'tcp-server' && (
        <span class="muted numbers">
          {labels.clients}: {format.count(peers.length)}
        </span>
      )}
      {lines !== null &&
        (['dtr', 'rts'] as const).map((line) => (
          <label class="check" key={line}>
            <input
              type="checkbox"
              checked={lines[line]}
              onChange={(event) => {
                const body = { [line]: event.currentTarget.checked }
                void run(`links/${id}/lines`, { method: 'PUT', body })
              }}
            />
            {line.toUpperCase()}
          </label>
        ))}
      {(refusal || problem) && <span class="note bad">{refusal || problem}</span>}
      <span class="link-buttons">
        {state === 'closed' && (
          <button type="button" class="button" onClick={() => void reopen()}>
            {labels.openAgain}
          </button>
        )}
        <button type="button" class="button danger" onClick={() => void close()}>
          {labels.close}
        </button>
      </span>
    </section>
  )
}
