// The first page: how the broker does at a glance, and what runs beside it.

import type { JSX } from 'preact'
import type { BrokerView, FleetView, PageView, RateSpan, RatesView, TopicRow } from '../../views.ts'
import { withQuery } from '../api.ts'
import { usePage } from '../context.ts'
import {
  Bar,
  Card,
  Choice,
  Empty,
  Figure,
  Figures,
  Levels,
  PageHead,
  State,
} from '../parts/basics.tsx'
import { Icon } from '../parts/icon.tsx'
import { useHostPath } from '../parts/host.tsx'
import { RateChart } from '../parts/rate-chart.tsx'
import { RecentRate } from '../parts/sparkline.tsx'
import { usePolled } from '../polled.ts'
import { address, changed, replaceVisit } from '../route.ts'
import { bridgeTone } from './bridges.tsx'
import { phaseText, phaseTone } from './fleet.tsx'

const RATE_SPANS: readonly RateSpan[] = ['5m', '1h', '24h']
/** A new sample of an hour comes every ten seconds. */
const LONG_SPAN_POLL_MS = 10_000

export function Overview(): JSX.Element {
  const { labels, format, live, openPublish } = usePage()
  const { snapshot } = live
  const broker = snapshot?.broker
  const isEmpty = broker === null && !snapshot?.fleet && snapshot?.bridges.length === 0
  const line = broker && labels.brokerLine(brokerName(broker), format.duration(broker.uptimeMs))
  return (
    <>
      <PageHead title={labels.overview} line={line ?? ''}>
        {broker && (
          <button type="button" class="button" onClick={openPublish}>
            <Icon name="send" />
            {labels.publish}
          </button>
        )}
      </PageHead>
      {isEmpty && (
        <section class="card">
          <Empty
            title={labels.nothingRuns}
            hint={labels.nothingRunsHint}
            commands={['motewire demo', 'motewire broker --console-port 8080']}
          />
        </section>
      )}
      {broker && snapshot && (
        <>
          <BrokerFigures broker={broker} />
          <Rates />
        </>
      )}
      <div class="columns">
        {snapshot?.fleet && <FleetCard fleet={snapshot.fleet} />}
        {broker && <BusiestTopics />}
        {snapshot && snapshot.bridges.length > 0 && <BridgesCard />}
      </div>
    </>
  )
}

/** The last minutes come with the stream; what is longer ago is asked for. */
function Rates(): JSX.Element {
  const { labels, live, route } = usePage()
  const { snapshot, samples } = live
  const span = RATE_SPANS.find((one) => one === route.query.get('span')) ?? '5m'
  const question = span === '5m' ? null : withQuery('rates', { span })
  const { answer } = usePolled<RatesView>(question, { everyMs: LONG_SPAN_POLL_MS })
  const choice = (
    <Choice
      label={labels.rateSpan}
      value={span}
      options={RATE_SPANS.map((value) => ({ value, text: labels.rateSpans[value] }))}
      onChange={(value) => replaceVisit(changed(route, { span: value === '5m' ? '' : value }))}
    />
  )
  return (
    <Card title={labels.messageRate} action={choice}>
      <RateChart
        samples={span === '5m' ? samples : (answer?.samples ?? [])}
        now={snapshot?.at ?? 0}
        span={span}
      />
    </Card>
  )
}

/** Our own broker gives a bare version, others their name with it. */
function brokerName({ version }: BrokerView): string {
  return /^\d/.test(version) ? `motewire ${version}` : version
}

function BrokerFigures({ broker }: { readonly broker: BrokerView }): JSX.Element {
  const { labels, format } = usePage()
  return (
    <Figures perRow={4}>
      <Figure
        label={labels.clientsConnected}
        value={format.count(broker.clientsConnected)}
        hint={labels.connectsAndOffline(
          format.count(broker.connectsTotal),
          format.count(broker.sessionsOffline),
        )}
      />
      <Figure
        label={labels.messagesIn}
        value={format.rate(broker.inPerSecond)}
        unit={labels.perSecond}
        hint={labels.total(format.count(broker.messagesIn))}
      />
      <Figure
        label={labels.messagesOut}
        value={format.rate(broker.outPerSecond)}
        unit={labels.perSecond}
        hint={labels.total(format.count(broker.messagesOut))}
      />
      <Figure
        label={labels.topics}
        value={format.count(broker.topics)}
        hint={labels.retainedCount(format.count(broker.retained))}
      />
      <Figure label={labels.subscriptions} value={format.count(broker.subscriptions)} />
      <Figure label={labels.queued} value={format.count(broker.queued)} hint={labels.queuedHint} />
      <Figure
        label={labels.dropped}
        value={format.count(broker.messagesDropped)}
        hint={labels.droppedHint}
        tone={broker.messagesDropped > 0 ? 'warn' : 'plain'}
      />
      <Figure
        label={labels.bytesIn}
        value={format.bytes(broker.bytesIn)}
        hint={labels.bytesOut(format.bytes(broker.bytesOut))}
      />
    </Figures>
  )
}

function FleetCard({ fleet }: { readonly fleet: FleetView }): JSX.Element {
  const { labels, format } = usePage()
  const connected = labels.devicesOf(format.count(fleet.connected), format.count(fleet.devices))
  return (
    <Card
      title={labels.fleet}
      href={address('fleet')}
      hint={fleet.scenario}
      action={<State tone={phaseTone(fleet.phase)} text={phaseText(labels, fleet.phase)} />}
    >
      <div class="stack">
        <p>{connected}</p>
        <Bar share={fleet.connected / fleet.devices} label={connected} />
        <p class="muted numbers">
          {format.rate(fleet.publishesPerSecond)} {labels.perSecond} · {labels.acked}{' '}
          {format.count(fleet.acked)} · {labels.lost} {format.count(fleet.lost)}
        </p>
      </div>
    </Card>
  )
}

function BusiestTopics(): JSX.Element {
  const { labels } = usePage()
  const query = { order: 'rate', direction: 'desc', limit: 6 }
  const { answer } = usePolled<PageView<TopicRow>>(useHostPath()(withQuery('topics', query)))
  const all = address('topics', { order: 'rate', direction: 'desc' })
  return (
    <Card title={labels.busiestTopics} href={all}>
      {answer?.rows.length === 0 && <p class="muted pad">{labels.noTopics}</p>}
      <ol class="busiest">
        {answer?.rows.map(({ topic, ratePerSecond, recent }) => (
          <li key={topic}>
            <a class="mono" href={address('topics', { open: topic })}>
              <Levels name={topic} />
            </a>
            <RecentRate rates={recent?.inPerSecond ?? []} perSecond={ratePerSecond} />
          </li>
        ))}
      </ol>
    </Card>
  )
}

function BridgesCard(): JSX.Element {
  const { labels, live } = usePage()
  const bridges = live.snapshot?.bridges ?? []
  return (
    <Card title={labels.bridges} href={address('bridges')}>
      <ul class="busiest">
        {bridges.slice(0, 6).map((bridge) => (
          <li key={bridge.name}>
            <span class="mono">{bridge.name}</span>
            <State tone={bridgeTone(bridge)} text={bridge.serial.address} />
          </li>
        ))}
      </ul>
    </Card>
  )
}
