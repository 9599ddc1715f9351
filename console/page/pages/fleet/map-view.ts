// The part of the world that a map shows: from degrees to pixels and back, zooming and moving, what
// fits, and how long a scale bar is. Web Mercator. Pure.

export interface Place {
  readonly latitude: number
  readonly longitude: number
}

/** A point of the world (0 to 1 from west to east and from north to south), or of the picture. */
export interface Point {
  readonly x: number
  readonly y: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

export interface MapView {
  /** What stands in the middle, a point of the world. */
  readonly centre: Point
  /** Pixels of the whole world. */
  readonly scale: number
}

const EQUATOR_METRES = 40_075_017
/** Where Mercator's map is as high as wide. */
const LATITUDE_MAX = 85.05
/** The world on a phone; ten centimetres a pixel. */
const SCALE_MIN = 256
const SCALE_MAX = EQUATOR_METRES * 10
/** One device alone is shown with its surroundings. */
const FIT_SCALE_MAX = EQUATOR_METRES / 10

export const WORLD: MapView = { centre: { x: 0.5, y: 0.5 }, scale: SCALE_MIN }

export function worldPoint({ latitude, longitude }: Place): Point {
  const bounded = Math.min(LATITUDE_MAX, Math.max(-LATITUDE_MAX, latitude))
  const sine = Math.sin((bounded * Math.PI) / 180)
  return {
    x: longitude / 360 + 0.5,
    y: 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI),
  }
}

export function placeOf({ x, y }: Point): Place {
  const latitude = (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI
  return { latitude, longitude: (x - 0.5) * 360 }
}

export function pictureX({ centre, scale }: MapView, { width }: Size, x: number): number {
  return (x - centre.x) * scale + width / 2
}

export function pictureY({ centre, scale }: MapView, { height }: Size, y: number): number {
  return (y - centre.y) * scale + height / 2
}

export function worldAt({ centre, scale }: MapView, { width, height }: Size, at: Point): Point {
  return { x: centre.x + (at.x - width / 2) / scale, y: centre.y + (at.y - height / 2) / scale }
}

/** Nearer by `factor`, with what is at `at` of the picture staying where it is. */
export function zoomed(view: MapView, size: Size, at: Point, factor: number): MapView {
  const scale = Math.min(SCALE_MAX, Math.max(SCALE_MIN, view.scale * factor))
  const fixed = worldAt(view, size, at)
  const shown = worldAt({ centre: view.centre, scale }, size, at)
  const { x, y } = view.centre
  return { scale, centre: { x: x + fixed.x - shown.x, y: y + fixed.y - shown.y } }
}

/** By so many pixels of the picture. */
export function moved({ centre, scale }: MapView, by: Point): MapView {
  return { scale, centre: { x: centre.x - by.x / scale, y: centre.y - by.y / scale } }
}

/** All points with a margin of so many pixels; without any the world. */
export function fitted(points: readonly Point[], size: Size, margin: number): MapView {
  if (points.length === 0) return WORLD
  const bounds = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity }
  for (const { x, y } of points) {
    bounds.left = Math.min(bounds.left, x)
    bounds.right = Math.max(bounds.right, x)
    bounds.top = Math.min(bounds.top, y)
    bounds.bottom = Math.max(bounds.bottom, y)
  }
  const { left, right, top, bottom } = bounds
  const wide = (size.width - 2 * margin) / (right - left)
  const high = (size.height - 2 * margin) / (bottom - top)
  const scale = Math.max(SCALE_MIN, Math.min(wide, high, FIT_SCALE_MAX))
  return { scale, centre: { x: (left + right) / 2, y: (top + bottom) / 2 } }
}

/** The longest round length (1, 2 or 5 times a power of ten) of at most so many pixels. */
export function scaleBar(view: MapView, pixelsMax: number): { metres: number; pixels: number } {
  const { latitude } = placeOf(view.centre)
  const metresAPixel = (EQUATOR_METRES * Math.cos((latitude * Math.PI) / 180)) / view.scale
  const metres = roundBelow(metresAPixel * pixelsMax)
  return { metres, pixels: metres / metresAPixel }
}

/** Degrees between two lines of the grid, at least so many pixels apart. */
export function gridStep({ scale }: MapView, pixelsMin: number): number {
  const degrees = (360 * pixelsMin) / scale
  return Math.min(30, GRID_STEPS.find((step) => step >= degrees) ?? 30)
}

const GRID_STEPS = [
  0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30,
]

function roundBelow(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const lead = value / power
  if (lead >= 5) return 5 * power
  return (lead >= 2 ? 2 : 1) * power
}
