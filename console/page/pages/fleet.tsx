// The running fleet: how far it is, what it sent and got confirmed, how long that took, by group.

import type { JSX } from 'preact'
import type { FleetView, GroupView, LadderView } from '../../views.ts'
import { usePage } from '../context.ts'
import { Bar, Card, Empty, Figure, Figures, PageHead, State } from '../parts/basics.tsx'
import type { Tone } from '../parts/basics.tsx'
import { TableHeads } from '../parts/table-heads.tsx'
import type { Labels } from '../text/en.ts'
import { Devices } from './fleet/devices.tsx'
import { FleetMap } from './fleet/map.tsx'
import { StartFleet, SteerFleet } from './fleet/steer.tsx'

export function Fleet(): JSX.Element {
  const { labels, live } = usePage()
  const { fleet, mayStartFleet = false } = live.snapshot ?? {}
  if (fleet === undefined) return <PageHead title={labels.fleet} />
  if (fleet === null) {
    return (
      <>
        <PageHead title={labels.fleet} />
        {mayStartFleet ? (
          <StartFleet />
        ) : (
          <section class="card">
            <Empty
              title={labels.noFleet}
              hint={labels.noFleetHint}
              commands={[
                'motewire demo',
                'motewire sim examples/scenarios/sensors.yaml --console-port 8080',
              ]}
            />
          </section>
        )}
      </>
    )
  }
  return (
    <>
      <PageHead title={labels.fleet} line={labels.fleetLine(fleet.scenario, fleet.broker)}>
        <State tone={phaseTone(fleet.phase)} text={phaseText(labels, fleet.phase)} />
      </PageHead>
      {fleet.problem !== null && <p class="banner">{labels.failed(fleet.problem)}</p>}
      {fleet.link !== null && fleet.phase !== 'ended' && <SteerFleet link={fleet.link} />}
      {mayStartFleet && fleet.phase === 'ended' && <StartFleet />}
      <Progress fleet={fleet} />
      <FleetFigures fleet={fleet} />
      <FleetMap groups={fleet.groups} />
      <Groups groups={fleet.groups} />
      <div class="columns">
        <Ladder
          title={labels.ackLatency}
          hint={labels.ackLatencyHint}
          ladder={fleet.ackLatencyMs}
        />
        <Ladder title={labels.lag} hint={labels.lagHint} ladder={fleet.lagMs} />
      </div>
      <Devices maySteer={fleet.link !== null && fleet.phase !== 'ended'} />
    </>
  )
}

export function phaseText(labels: Labels, phase: FleetView['phase']): string {
  const texts = {
    starting: labels.phaseStarting,
    running: labels.phaseRunning,
    draining: labels.phaseDraining,
    ended: labels.phaseEnded,
  }
  return texts[phase]
}

export function phaseTone(phase: FleetView['phase']): Tone {
  if (phase === 'running') return 'good'
  return phase === 'ended' ? 'plain' : 'warn'
}

function Progress({ fleet }: { readonly fleet: FleetView }): JSX.Element {
  const { labels, format } = usePage()
  const { elapsedMs, durationMs, devices, connected, started } = fleet
  const devicesText = labels.devicesOf(format.count(connected), format.count(devices))
  const of =
    durationMs === null ? labels.untilStopped : labels.elapsedOf(format.duration(durationMs))
  return (
    <section class="card progress">
      <div>
        <p>
          <b>{devicesText}</b>
          {started < devices && (
            <span class="muted"> · {labels.startedOf(format.count(started))}</span>
          )}
        </p>
        <Bar share={connected / devices} label={devicesText} />
      </div>
      <div>
        <p>
          <b>
            {labels.elapsed} {format.duration(elapsedMs)}
          </b>{' '}
          <span class="muted">{of}</span>
        </p>
        {durationMs !== null && <Bar share={elapsedMs / durationMs} label={labels.elapsed} />}
      </div>
    </section>
  )
}

function FleetFigures({ fleet }: { readonly fleet: FleetView }): JSX.Element {
  const { labels, format } = usePage()
  return (
    <Figures perRow={6}>
      <Figure
        label={labels.publishedCount}
        value={format.count(fleet.published)}
        hint={`${format.rate(fleet.publishesPerSecond)} ${labels.perSecond}`}
      />
      <Figure label={labels.acked} value={format.count(fleet.acked)} hint={labels.ackedHint} />
      <Figure label={labels.queued} value={format.count(fleet.queued)} hint={labels.queuedFleet} />
      <Figure
        label={labels.lost}
        value={format.count(fleet.lost)}
        hint={labels.lostHint}
        tone={fleet.lost > 0 ? 'bad' : 'plain'}
      />
      <Figure label={labels.reconnects} value={format.count(fleet.reconnects)} />
      <Figure
        label={labels.errors}
        value={format.count(fleet.errors)}
        tone={fleet.errors > 0 ? 'warn' : 'plain'}
      />
    </Figures>
  )
}

function Groups({ groups }: { readonly groups: readonly GroupView[] }): JSX.Element {
  const { labels, format } = usePage()
  return (
    <section class="card table-card">
      <div class="table-box">
        <table>
          <TableHeads
            heads={[
              { text: labels.group },
              { text: labels.isOnline, class: 'wide-bar' },
              { text: labels.publishedCount, class: 'number middle' },
              { text: labels.acked, class: 'number' },
              { text: labels.queued, class: 'number middle' },
            ]}
          />
          <tbody>
            {groups.map((group) => {
              const devices = `${format.count(group.connected)} / ${format.count(group.devices)}`
              return (
                <tr key={group.name}>
                  <td class="name">{group.name}</td>
                  <td class="wide-bar">
                    <span class="numbers">{devices}</span>
                    <Bar share={group.connected / group.devices} label={devices} />
                  </td>
                  <td class="number middle">{format.count(group.published)}</td>
                  <td class="number">{format.count(group.acked)}</td>
                  <td class="number middle">{format.count(group.queued)}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </section>
  )
}

/** Percentiles as bars; their lengths are logarithmic, as latencies are. */
function Ladder(props: {
  readonly title: string
  readonly hint: string
  readonly ladder: LadderView
}): JSX.Element {
  const { labels, format } = usePage()
  const { ladder } = props
  const steps: readonly (readonly [string, number])[] = [
    [labels.least, ladder.min],
    [labels.mean, ladder.mean],
    ['p50', ladder.p50],
    ['p90', ladder.p90],
    ['p99', ladder.p99],
    ['p99.9', ladder.p999],
    [labels.most, ladder.max],
  ]
  const length = (ms: number): number => Math.log1p(ms * 10)
  const count = labels.measurements(format.count(ladder.count))
  return (
    <Card title={props.title} action={<span class="muted numbers">{count}</span>}>
      <p class="muted pad-side">{props.hint}</p>
      {ladder.count === 0 ? (
        <p class="muted pad">{labels.notMeasured}</p>
      ) : (
        <dl class="ladder">
          {steps.map(([name, ms]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <Bar share={length(ms) / length(ladder.max)} label={name} />
                <span class="numbers">
                  {format.milliseconds(ms)} <span class="muted">{labels.unitMs}</span>
                </span>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Card>
  )
}
