// The serial bridges: both ends of each, their states, the bytes each way.

import type { JSX } from 'preact'
import type { BridgeEndState, BridgeEndView, BridgeView } from '../../views.ts'
import { usePage } from '../context.ts'
import { Empty, PageHead, State } from '../parts/basics.tsx'
import type { Tone } from '../parts/basics.tsx'
import { Facts } from '../parts/panel.tsx'

export function Bridges(): JSX.Element {
  const { labels, live } = usePage()
  const bridges = live.snapshot?.bridges
  return (
    <>
      <PageHead title={labels.bridges} line={labels.bridgesLine} />
      {bridges?.length === 0 && (
        <section class="card">
          <Empty
            title={labels.noBridges}
            hint={labels.noBridgesHint}
            commands={['motewire bridge --serial /dev/ttyUSB0 --baud 115200 --tcp 127.0.0.1:1883']}
          />
        </section>
      )}
      <div class="columns">
        {bridges?.map((bridge) => (
          <BridgeCard key={bridge.name} bridge={bridge} />
        ))}
      </div>
    </>
  )
}

/** The tone of the bridge as a whole: as bad as its worse end. */
export function bridgeTone({ serial, tcp }: BridgeView): Tone {
  const tones = [STATE_TONES[serial.state], STATE_TONES[tcp.state]]
  return (['bad', 'warn', 'plain', 'good'] as const).find((tone) => tones.includes(tone)) ?? 'plain'
}

const STATE_TONES: Record<BridgeEndState, Tone> = {
  idle: 'plain',
  absent: 'bad',
  opening: 'warn',
  listening: 'warn',
  probing: 'warn',
  stalled: 'bad',
  up: 'good',
  waiting: 'bad',
  lent: 'warn',
  failed: 'bad',
  stopping: 'plain',
  stopped: 'plain',
}

function BridgeCard({ bridge }: { readonly bridge: BridgeView }): JSX.Element {
  const { labels, format, live } = usePage()
  const sinceMs = (live.snapshot?.at ?? 0) - bridge.since
  const problems = [bridge.serial.problem, bridge.tcp.problem].filter((one) => one !== null)
  return (
    <section class="card bridge">
      <header class="card-head">
        <h2>{bridge.name}</h2>
      </header>
      <div class="bridge-line">
        <End name={labels.serialPort} end={bridge.serial} />
        <div class="bridge-flow">
          <span title={labels.toTcp}>
            <span class="numbers">{format.bytes(bridge.serialToTcpBytes)}</span>
            <i class="arrow right" aria-label={labels.toTcp} />
          </span>
          <span title={labels.toSerial}>
            <i class="arrow left" aria-label={labels.toSerial} />
            <span class="numbers">{format.bytes(bridge.tcpToSerialBytes)}</span>
          </span>
        </div>
        <End name={labels.tcpPeer} end={bridge.tcp} />
      </div>
      <Facts
        facts={[
          [labels.stateSince, format.duration(sinceMs)],
          [labels.droppedBytes, format.bytes(bridge.droppedBytes)],
          [labels.reopenings, format.exact(bridge.reopenings)],
        ]}
      />
      {problems.map((problem) => (
        <p class="note bad pad" key={problem}>
          {problem}
        </p>
      ))}
    </section>
  )
}

function End(props: { readonly name: string; readonly end: BridgeEndView }): JSX.Element {
  const { labels } = usePage()
  const { state, address } = props.end
  const texts: Record<BridgeEndState, string> = {
    idle: labels.stateIdle,
    absent: labels.stateAbsent,
    opening: labels.stateOpening,
    listening: labels.stateListening,
    probing: labels.stateProbing,
    stalled: labels.stateStalled,
    up: labels.stateUp,
    waiting: labels.stateWaiting,
    lent: labels.stateLent,
    failed: labels.stateFailed,
    stopping: labels.stateStopping,
    stopped: labels.stateStopped,
  }
  return (
    <div class="bridge-end">
      <span class="muted">{props.name}</span>
      <b class="mono">{address}</b>
      <State tone={STATE_TONES[state]} text={texts[state]} />
    </div>
  )
}
