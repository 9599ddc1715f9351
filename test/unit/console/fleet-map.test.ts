// The map of a fleet: where things stand on it, and devices on their way.

import { describe, expect, it } from 'vitest'
import { MapDots, placeOn } from '../../../console/page/pages/fleet/map-dots.ts'
import {
  fitted,
  gridStep,
  moved,
  pictureX,
  pictureY,
  placeOf,
  scaleBar,
  worldAt,
  worldPoint,
  WORLD,
  zoomed,
} from '../../../console/page/pages/fleet/map-view.ts'
import type { MapView, Place } from '../../../console/page/pages/fleet/map-view.ts'

const SIZE = { width: 800, height: 400 }
const BERLIN: Place = { latitude: 52.5163, longitude: 13.3777 }
const SYDNEY: Place = { latitude: -33.8568, longitude: 151.2153 }

/** So that a pixel in the middle is a metre there. */
function metric(place: Place): MapView {
  const metres = 40_075_017 * Math.cos((place.latitude * Math.PI) / 180)
  return { centre: worldPoint(place), scale: metres }
}

describe('the part of the world', () => {
  it.each([BERLIN, SYDNEY, { latitude: 0, longitude: 0 }])('finds %j again', (place) => {
    const found = placeOf(worldPoint(place))
    expect(found.latitude).toBeCloseTo(place.latitude, 9)
    expect(found.longitude).toBeCloseTo(place.longitude, 9)
  })

  it('puts north above and east to the right', () => {
    const view = metric(BERLIN)
    const north = worldPoint({ ...BERLIN, latitude: BERLIN.latitude + 0.001 })
    const east = worldPoint({ ...BERLIN, longitude: BERLIN.longitude + 0.001 })
    // A thousandth of a degree of latitude is 111.3 m on the sphere.
    expect(pictureY(view, SIZE, north.y)).toBeCloseTo(200 - 111.3, 1)
    expect(pictureX(view, SIZE, east.x)).toBeCloseTo(400 + 67.7, 1)
  })

  it.each([90, -90, 89.99])('keeps the latitude %d on the map', (latitude) => {
    const { y } = worldPoint({ latitude, longitude: 0 })
    expect(y).toBeGreaterThanOrEqual(-1e-3)
    expect(y).toBeLessThanOrEqual(1.001)
  })

  it('leaves the place under the pointer where it is when it zooms', () => {
    const view = metric(SYDNEY)
    const at = { x: 650, y: 90 }
    const nearer = zoomed(view, SIZE, at, 3)
    expect(nearer.scale).toBeCloseTo(view.scale * 3)
    expect(worldAt(nearer, SIZE, at).x).toBeCloseTo(worldAt(view, SIZE, at).x, 12)
    expect(worldAt(nearer, SIZE, at).y).toBeCloseTo(worldAt(view, SIZE, at).y, 12)
  })

  it('zooms no farther than the world, and no nearer than ten pixels a metre', () => {
    const middle = { x: 400, y: 200 }
    expect(zoomed(WORLD, SIZE, middle, 1e-6).scale).toBe(WORLD.scale)
    expect(zoomed(metric(BERLIN), SIZE, middle, 1e9).scale).toBe(40_075_017 * 10)
  })

  it('follows the pointer when it is dragged', () => {
    const view = metric(BERLIN)
    const dragged = moved(view, { x: 30, y: -20 })
    expect(pictureX(dragged, SIZE, view.centre.x)).toBeCloseTo(430, 4)
    expect(pictureY(dragged, SIZE, view.centre.y)).toBeCloseTo(180, 4)
  })

  it('fits all devices inside of the margin', () => {
    const points = [BERLIN, SYDNEY].map(worldPoint)
    const view = fitted(points, SIZE, 30)
    for (const { x, y } of points) {
      expect(pictureX(view, SIZE, x)).toBeGreaterThanOrEqual(29.9)
      expect(pictureX(view, SIZE, x)).toBeLessThanOrEqual(770.1)
      expect(pictureY(view, SIZE, y)).toBeGreaterThanOrEqual(29.9)
      expect(pictureY(view, SIZE, y)).toBeLessThanOrEqual(370.1)
    }
    // They lie farther apart from north to south than the picture is high.
    expect(pictureY(view, SIZE, points[0]?.y ?? 0)).toBeCloseTo(30, 4)
  })

  it('shows one device with its surroundings, and the world without any', () => {
    const { centre, scale } = fitted([worldPoint(BERLIN)], SIZE, 30)
    expect(centre).toEqual(worldPoint(BERLIN))
    expect(scale).toBe(40_075_017 / 10)
    expect(fitted([], SIZE, 30)).toBe(WORLD)
  })

  it.each([
    [1, 100, 100],
    [2.2, 100, 200],
    [0.06, 100, 5],
    [700, 100, 50_000],
  ])('has a round scale where a pixel is %d m', (metresAPixel, pixels, metres) => {
    const view = metric(BERLIN)
    const bar = scaleBar({ ...view, scale: view.scale / metresAPixel }, pixels + 1)
    expect(bar.metres).toBeCloseTo(metres, 6)
    expect(bar.pixels).toBeCloseTo(metres / metresAPixel, 6)
  })

  it.each([256, 10_000, 5_000_000, 400_000_000])('has lines apart at %d px a world', (scale) => {
    const step = gridStep({ centre: WORLD.centre, scale }, 90)
    expect(step === 30 || (step * scale) / 360 >= 90).toBe(true)
  })
})

describe('devices on the map', () => {
  const device = (clientId: string, longitude: number) => {
    return { clientId, group: 'bus', isOnline: true, latitude: 0, longitude }
  }

  it('glide from where they were told to be to where they are told to be', () => {
    const dots = new MapDots(1_000)
    dots.tell([device('one', 0)], 0)
    dots.tell([device('one', 36)], 5_000)
    const at = (nowMs: number): number => {
      const dot = dots.of('one')
      return dot === undefined ? Number.NaN : placeOn(dot, dots.share(nowMs)).x
    }
    expect([at(5_000), at(5_500), at(6_000), at(9_000)]).toEqual([0.5, 0.55, 0.6, 0.6])
    // Told anew on its way, it goes on from there.
    dots.tell([device('one', 0)], 5_500)
    expect([at(5_500), at(6_500)]).toEqual([0.55, 0.5])
  })

  it('jump for who wants no motion', () => {
    const dots = new MapDots(0)
    dots.tell([device('one', 0)], 0)
    dots.tell([device('one', 36)], 10)
    expect(dots.share(10)).toBe(1)
  })

  it('are found when they are near enough, the nearest first', () => {
    const dots = new MapDots(0)
    dots.tell([device('one', 0), device('two', 3.6)], 0)
    const nearest = (x: number): string | undefined =>
      dots.nearest({ x, y: 0.5 }, 0.02, 1)?.device.clientId
    expect([nearest(0.504), nearest(0.507), nearest(0.55)]).toEqual(['one', 'two', undefined])
  })

  it('are forgotten when they are told no more', () => {
    const dots = new MapDots(0)
    dots.tell([device('one', 0), device('two', 3)], 0)
    dots.tell([device('two', 3)], 1_000)
    expect([...dots].map((dot) => dot.device.clientId)).toEqual(['two'])
    expect(dots.count).toBe(1)
  })
})
