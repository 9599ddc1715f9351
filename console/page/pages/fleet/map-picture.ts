// Draws the map on a canvas: grid, devices, scale bar. Draws while devices glide and when something
// changed, not otherwise: a frame of 1,000 devices takes about a millisecond. It knows no texts but
// those it is handed, and asks nothing of the server.

import type { PlacedDevice } from '../../../views.ts'
import { colourIn, sizedPen, wantsMotion } from '../../parts/canvas.ts'
import { MapDots, placeOn } from './map-dots.ts'
import type { Dot } from './map-dots.ts'
import * as view from './map-view.ts'
import type { MapView, Point, Size } from './map-view.ts'

/** The server is asked once a second. */
const GLIDE_MS = 1_000
const MARGIN = 36
const POINTED_PIXELS = 14
const GRID_PIXELS = 90
const BAR_PIXELS = 110
const BAR_HEIGHT = 30
const CROWD = 2_000
const GROUP_COLOURS = 8

export interface MapTexts {
  /** In the visitor's language. */
  readonly length: (metres: number) => string
}

/** Told with each frame; null: no device is pointed at. */
export type WhenPointed = (device: PlacedDevice | null, at: Point) => void

export class MapPicture {
  readonly #canvas: HTMLCanvasElement
  readonly #whenPointed: WhenPointed
  readonly #dots = new MapDots(wantsMotion() ? GLIDE_MS : 0)
  #groups: readonly string[] = []
  #texts: MapTexts
  #view: MapView = view.WORLD
  /** The visitor chose the part that is shown; until then all devices are. */
  #isMoved = false
  #pointer: Point | null = null
  #frame = 0
  /** Asking the style sheet costs more than all of the drawing. */
  readonly #colours = new Map<string, string>()

  constructor(canvas: HTMLCanvasElement, texts: MapTexts, whenPointed: WhenPointed) {
    this.#canvas = canvas
    this.#texts = texts
    this.#whenPointed = whenPointed
  }

  get #size(): Size {
    return { width: this.#canvas.clientWidth, height: this.#canvas.clientHeight }
  }

  tell(devices: readonly PlacedDevice[], groups: readonly string[]): void {
    this.#groups = groups
    this.#colours.clear()
    this.#dots.tell(devices, performance.now())
    if (!this.#isMoved && !this.#showsAll()) this.#fit()
    this.redraw()
  }

  setTexts(texts: MapTexts): void {
    this.#texts = texts
    this.#colours.clear()
    this.redraw()
  }

  fit(): void {
    this.#isMoved = false
    this.#fit()
    this.redraw()
  }

  /** @param at of the picture; default: its middle. */
  zoom(factor: number, at?: Point): void {
    const size = this.#size
    const middle = { x: size.width / 2, y: size.height / 2 }
    this.#isMoved = true
    this.#view = view.zoomed(this.#view, size, at ?? middle, factor)
    this.redraw()
  }

  move(by: Point): void {
    this.#isMoved = true
    this.#view = view.moved(this.#view, by)
    this.redraw()
  }

  /** Where the pointer is; null: elsewhere. */
  point(at: Point | null): void {
    this.#pointer = at
    this.redraw()
  }

  /** The device under the pointer. */
  get pointed(): PlacedDevice | undefined {
    if (this.#pointer === null) return undefined
    const at = view.worldAt(this.#view, this.#size, this.#pointer)
    const distance = POINTED_PIXELS / this.#view.scale
    return this.#dots.nearest(at, distance, this.#dots.share(performance.now()))?.device
  }

  /** The canvas has another size, or the page another theme. */
  redraw(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw())
  }

  end(): void {
    cancelAnimationFrame(this.#frame)
  }

  #fit(): void {
    this.#view = view.fitted(
      [...this.#dots].map(({ to }) => to),
      this.#size,
      MARGIN,
    )
  }

  #showsAll(): boolean {
    const { width, height } = this.#size
    return [...this.#dots].every(({ to }) => {
      const x = view.pictureX(this.#view, { width, height }, to.x)
      const y = view.pictureY(this.#view, { width, height }, to.y)
      return x >= 0 && y >= 0 && x <= width && y <= height && this.#view !== view.WORLD
    })
  }

  #draw(): void {
    this.#frame = 0
    const pen = sizedPen(this.#canvas, this.#size.width, this.#size.height)
    if (pen === undefined) return
    const share = this.#dots.share(performance.now())
    pen.font = `11px ${getComputedStyle(this.#canvas).fontFamily}`
    this.#drawGrid(pen)
    this.#drawDots(pen, share)
    this.#drawBar(pen)
    this.#drawPointed(pen, share)
    if (share < 1) this.redraw()
  }

  #drawGrid(pen: CanvasRenderingContext2D): void {
    const { width, height } = this.#size
    const from = view.placeOf(view.worldAt(this.#view, this.#size, { x: 0, y: height }))
    const until = view.placeOf(view.worldAt(this.#view, this.#size, { x: width, y: 0 }))
    const step = view.gridStep(this.#view, GRID_PIXELS)
    const digits = Math.max(0, -Math.floor(Math.log10(step)))
    const text = (degrees: number): string => `${degrees.toFixed(digits)}°`
    pen.strokeStyle = this.#colour('plot-grid')
    pen.fillStyle = this.#colour('plot-text')
    pen.lineWidth = 1
    pen.beginPath()
    for (const longitude of steps(from.longitude, until.longitude, step)) {
      const x = view.pictureX(this.#view, this.#size, view.worldPoint({ latitude: 0, longitude }).x)
      pen.moveTo(x, 0)
      pen.lineTo(x, height)
      pen.fillText(text(longitude), x + 4, 13)
    }
    for (const latitude of steps(from.latitude, until.latitude, step)) {
      const y = view.pictureY(this.#view, this.#size, view.worldPoint({ latitude, longitude: 0 }).y)
      pen.moveTo(0, y)
      pen.lineTo(width, y)
      if (y < height - BAR_HEIGHT) pen.fillText(text(latitude), 6, y - 4)
    }
    pen.stroke()
  }

  /** A path a colour: those that are connected filled, the others as rings. */
  #drawDots(pen: CanvasRenderingContext2D, share: number): void {
    const radius = this.#dots.count > CROWD ? 2 : 3.5
    const connected = this.#groups.map(() => new Path2D())
    const others = new Path2D()
    const positions = new Map(this.#groups.map((group, position) => [group, position]))
    for (const dot of this.#dots) {
      const { x, y } = this.#at(dot, share)
      const { isOnline, group } = dot.device
      const path = (isOnline && connected[positions.get(group) ?? 0]) || others
      path.moveTo(x + radius, y)
      path.arc(x, y, radius, 0, 2 * Math.PI)
    }
    for (const [position, path] of connected.entries()) {
      pen.fillStyle = this.#colour(groupColour(position))
      pen.fill(path)
    }
    pen.strokeStyle = this.#colour('plot-text')
    pen.lineWidth = 1.25
    pen.stroke(others)
  }

  #drawBar(pen: CanvasRenderingContext2D): void {
    const { metres, pixels } = view.scaleBar(this.#view, BAR_PIXELS)
    const { height } = this.#size
    const colour = this.#colour('plot-text')
    pen.strokeStyle = colour
    pen.fillStyle = colour
    pen.lineWidth = 1.5
    pen.beginPath()
    pen.moveTo(12, height - 16)
    pen.lineTo(12, height - 10)
    pen.lineTo(12 + pixels, height - 10)
    pen.lineTo(12 + pixels, height - 16)
    pen.stroke()
    pen.fillText(this.#texts.length(metres), 18, height - 15)
  }

  #drawPointed(pen: CanvasRenderingContext2D, share: number): void {
    const device = this.pointed
    const dot = device && this.#dots.of(device.clientId)
    if (dot === undefined) {
      this.#whenPointed(null, { x: 0, y: 0 })
      return
    }
    const at = this.#at(dot, share)
    pen.lineWidth = 2
    pen.beginPath()
    pen.arc(at.x, at.y, 7, 0, 2 * Math.PI)
    pen.stroke()
    this.#whenPointed(dot.device, at)
  }

  #colour(name: string): string {
    const known = this.#colours.get(name)
    if (known !== undefined) return known
    const colour = colourIn(this.#canvas.parentElement ?? document.body, name)
    this.#colours.set(name, colour)
    return colour
  }

  #at(dot: Dot, share: number): Point {
    const { x, y } = placeOn(dot, share)
    return {
      x: view.pictureX(this.#view, this.#size, x),
      y: view.pictureY(this.#view, this.#size, y),
    }
  }
}

/** The class that colours a group, by its position. */
export function groupColour(position: number): string {
  return `colour-${position % GROUP_COLOURS}`
}

function steps(from: number, until: number, step: number): number[] {
  const first = Math.ceil(from / step)
  const count = Math.max(0, Math.floor(until / step) - first + 1)
  return Array.from({ length: count }, (_, index) => (first + index) * step)
}
