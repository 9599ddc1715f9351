// The retained messages: looked at, replaced, cleared.

import type { JSX } from 'preact'
import type { MessageView } from '../../views.ts'
import { usePage } from '../context.ts'
import { AskButton, Feet } from '../parts/act.tsx'
import { useHostPath } from '../parts/host.tsx'
import { Listing } from '../parts/listing.tsx'
import { Facts, Panel } from '../parts/panel.tsx'
import { Payload } from '../parts/payload.tsx'
import { withQuery } from '../api.ts'
import { changed, visit } from '../route.ts'
import { PublishForm } from './publish.tsx'

export function Retained(): JSX.Element {
  const { labels, format, live } = usePage()
  const now = live.snapshot?.at ?? 0
  return (
    <Listing<MessageView>
      title={labels.retainedPage}
      line={labels.retainedLine}
      searchLabel={labels.searchRetained}
      path="retained"
      empty={{
        title: labels.noRetained,
        hint: labels.noRetainedHint,
        commands: ['motewire pub -t site/state -m ready -r'],
      }}
      nameOf={({ topic }) => topic}
      columns={[
        { title: labels.qos, class: 'number', cell: ({ qos }) => String(qos) },
        {
          title: labels.size,
          class: 'number',
          cell: ({ payloadBytes }) => format.bytes(payloadBytes),
        },
        {
          title: labels.publisher,
          class: 'middle',
          cell: ({ publisher }) => (publisher === '' ? labels.theBroker : publisher),
        },
        {
          title: labels.received,
          class: 'number middle',
          cell: ({ receivedAt }) => format.ago(now - receivedAt),
        },
      ]}
      panel={(topic, row, refresh) => (
        <RetainedMessage key={topic} topic={topic} row={row} onDone={refresh} />
      )}
    />
  )
}

function RetainedMessage(props: {
  readonly topic: string
  readonly row: MessageView | undefined
  readonly onDone: () => void
}): JSX.Element {
  const { labels, format, route } = usePage()
  const hostPath = useHostPath()
  const { topic, row, onDone } = props
  const leave = (): void => {
    visit(changed(route, { open: '' }))
    onDone()
  }
  return (
    <Panel title={topic}>
      {row && (
        <>
          <Payload topic={row.topic} payload={row.payload} />
          <Facts
            facts={[
              [labels.qos, String(row.qos)],
              [labels.size, format.bytes(row.payloadBytes)],
              [labels.publisher, row.publisher === '' ? labels.theBroker : row.publisher],
            ]}
          />
          <Feet>
            <AskButton
              label={labels.clear}
              title={labels.clearRetainedTitle(topic)}
              text={labels.clearRetainedText}
              path={hostPath(withQuery('retained', { topic }))}
              options={{ method: 'DELETE' }}
              onDone={leave}
            />
          </Feet>
        </>
      )}
      <h3>{labels.publishHere}</h3>
      <PublishForm topic={topic} isRetained />
    </Panel>
  )
}
