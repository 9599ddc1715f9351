// The fleet on a map without tiles: each device that knows where it is, as it moves. Drag, wheel
// (with Ctrl, or when the map has the focus), buttons and keys show another part; hovering names
// the device, pressing looks it up in the list.

import type { JSX, RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { FleetMapView, GroupView, PlacedDevice } from '../../../views.ts'
import { usePage } from '../../context.ts'
import { Card } from '../../parts/basics.tsx'
import { changed, replaceVisit } from '../../route.ts'
import { usePolled } from '../../polled.ts'
import { groupColour, MapPicture } from './map-picture.ts'
import type { MapTexts } from './map-picture.ts'
import type { Point } from './map-view.ts'

const ZOOM = 1.6
const WHEEL_ZOOM = 1.2
const KEY_PIXELS = 60
/** A press that moved less is a press. */
const DRAG_PIXELS = 4

export function FleetMap(props: { readonly groups: readonly GroupView[] }): JSX.Element | null {
  const { labels, format } = usePage()
  const { answer } = usePolled<FleetMapView>('fleet/map')
  if (answer === null || answer.total === 0) return null
  const { total, rows } = answer
  const count = labels.onMap(format.exact(total))
  const hint =
    rows.length < total ? `${count} · ${labels.mapShows(format.exact(rows.length))}` : count
  const groups = props.groups.map(({ name }) => name)
  return (
    <Card title={labels.map} hint={hint}>
      <MapBox devices={rows} groups={groups} label={`${labels.map}: ${count}`} />
    </Card>
  )
}

function MapBox(props: {
  readonly devices: readonly PlacedDevice[]
  readonly groups: readonly string[]
  readonly label: string
}): JSX.Element {
  const { labels, format, theme, language } = usePage()
  const { devices, groups } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const tip = useRef<HTMLDivElement>(null)
  const [pointed, setPointed] = useState<PlacedDevice | null>(null)
  const texts: MapTexts = {
    length: (metres) =>
      metres < 1_000
        ? labels.metres(format.number(metres))
        : labels.kilometres(format.number(metres / 1_000)),
  }
  const picture = usePicture(canvas, tip, texts, setPointed)
  useEffect(() => picture.current?.tell(devices, groups), [devices])
  useEffect(() => picture.current?.setTexts(texts), [theme, language])
  return (
    <>
      <div class="map">
        <canvas ref={canvas} tabIndex={0} role="img" aria-label={props.label} />
        <div ref={tip} class="map-tip" role="status" hidden={pointed === null}>
          {pointed && <Tip device={pointed} />}
        </div>
        <MapButtons picture={picture} />
      </div>
      <p class="legend map-legend">
        {groups.map((name, position) => (
          <span key={name} class={`line-key ${groupColour(position)}`}>
            <i class="dot" aria-hidden="true" />
            <span class="mono">{name}</span>
          </span>
        ))}
        <span class="line-key">
          <i class="dot ring" aria-hidden="true" />
          <span class="muted">{labels.offline}</span>
        </span>
      </p>
    </>
  )
}

function Tip({ device }: { readonly device: PlacedDevice }): JSX.Element {
  const { labels } = usePage()
  const { clientId, group, isOnline, latitude, longitude } = device
  return (
    <>
      <b class="mono">{clientId}</b>
      <span>
        {group} · {isOnline ? labels.isOnline : labels.offline}
      </span>
      <span class="mono muted">
        {latitude.toFixed(5)}, {longitude.toFixed(5)}
      </span>
    </>
  )
}

function MapButtons(props: { readonly picture: RefObject<MapPicture | null> }): JSX.Element {
  const { labels } = usePage()
  const { picture } = props
  const buttons: readonly (readonly [string, string, () => void])[] = [
    ['+', labels.zoomIn, () => picture.current?.zoom(ZOOM)],
    ['−', labels.zoomOut, () => picture.current?.zoom(1 / ZOOM)],
    ['⤢', labels.zoomToFit, () => picture.current?.fit()],
  ]
  return (
    <div class="map-buttons">
      {buttons.map(([sign, label, run]) => (
        <button key={sign} type="button" title={label} aria-label={label} onClick={run}>
          {sign}
        </button>
      ))}
    </div>
  )
}

/** The picture on the canvas, and what the visitor does to it. */
function usePicture(
  canvas: RefObject<HTMLCanvasElement | null>,
  tip: RefObject<HTMLDivElement | null>,
  texts: MapTexts,
  whenPointed: (device: PlacedDevice | null) => void,
): RefObject<MapPicture | null> {
  const { route } = usePage()
  const picture = useRef<MapPicture>(null)
  const place = useRef(route)
  place.current = route
  useLayoutEffect(() => {
    const element = canvas.current
    if (element === null) return
    const made = new MapPicture(element, texts, (device, at) => {
      whenPointed(device)
      if (tip.current !== null) placeTip(tip.current, element, at)
    })
    picture.current = made
    const observer = new ResizeObserver(() => made.redraw())
    observer.observe(element)
    const find = ({ clientId }: PlacedDevice): void => {
      replaceVisit(changed(place.current, { search: clientId, offset: '' }))
    }
    const leave = steer(element, made, find)
    return () => {
      leave()
      observer.disconnect()
      made.end()
      picture.current = null
    }
  }, [])
  return picture
}

/** Beside the device, inside of the map. */
function placeTip(tip: HTMLElement, { clientWidth }: HTMLElement, { x, y }: Point): void {
  const isRight = x > clientWidth / 2
  tip.style.left = isRight ? '' : `${x + 14}px`
  tip.style.right = isRight ? `${clientWidth - x + 14}px` : ''
  tip.style.top = `${Math.max(6, y - 30)}px`
}

function steer(
  element: HTMLCanvasElement,
  picture: MapPicture,
  find: (device: PlacedDevice) => void,
): () => void {
  const leaving = new AbortController()
  const { signal } = leaving
  let held: Point | null = null
  let way = 0
  element.addEventListener(
    'pointerdown',
    (event) => {
      element.setPointerCapture(event.pointerId)
      held = { x: event.clientX, y: event.clientY }
      way = 0
    },
    { signal },
  )
  element.addEventListener(
    'pointermove',
    (event) => {
      picture.point({ x: event.offsetX, y: event.offsetY })
      if (held === null) return
      const by = { x: event.clientX - held.x, y: event.clientY - held.y }
      way += Math.hypot(by.x, by.y)
      held = { x: event.clientX, y: event.clientY }
      if (way >= DRAG_PIXELS) picture.move(by)
    },
    { signal },
  )
  const release = (): void => {
    const device = held !== null && way < DRAG_PIXELS ? picture.pointed : undefined
    held = null
    if (device !== undefined) find(device)
  }
  element.addEventListener('pointerup', release, { signal })
  element.addEventListener('pointercancel', () => (held = null), { signal })
  element.addEventListener('pointerleave', () => picture.point(null), { signal })
  element.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey && document.activeElement !== element) return
      event.preventDefault()
      const factor = event.deltaY < 0 ? WHEEL_ZOOM : 1 / WHEEL_ZOOM
      picture.zoom(factor, { x: event.offsetX, y: event.offsetY })
    },
    { signal, passive: false },
  )
  element.addEventListener('keydown', (event) => steerByKey(event, picture), { signal })
  return () => leaving.abort()
}

function steerByKey(event: KeyboardEvent, picture: MapPicture): void {
  const ways: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => picture.move({ x: KEY_PIXELS, y: 0 }),
    ArrowRight: () => picture.move({ x: -KEY_PIXELS, y: 0 }),
    ArrowUp: () => picture.move({ x: 0, y: KEY_PIXELS }),
    ArrowDown: () => picture.move({ x: 0, y: -KEY_PIXELS }),
    '+': () => picture.zoom(ZOOM),
    '-': () => picture.zoom(1 / ZOOM),
    '0': () => picture.fit(),
  }
  const way = ways[event.key]
  if (way === undefined || event.ctrlKey || event.metaKey) return
  event.preventDefault()
  way()
}
