// The routes of the fleet: look at it and its devices, start one, change its links, stop it.

import { ConsoleError } from '../errors.ts'
import type { FleetDesk } from '../fleets/fleet-desk.ts'
import { readDeviceLink, readFleet, readFleetLink } from '../fleets/fleet-request.ts'
import { MAPPED_DEVICES_MAX } from '../limits.ts'
import type { DeviceRowView, FleetMapView, FleetView, PageView } from '../views.ts'
import { deviceRow, fleetMap } from './fleet-view.ts'
import { checkKeys, readRowQuery } from './query.ts'
import type { Route } from './route.ts'

export function fleetRoutes(desk: FleetDesk): Route[] {
  return [
    {
      method: 'GET',
      path: 'fleet',
      answer: ({ query }) => {
        checkKeys(query, [])
        return view(desk)
      },
    },
    {
      method: 'POST',
      path: 'fleet',
      answer: ({ body }) => {
        desk.start(readFleet(body))
        return view(desk)
      },
    },
    { method: 'PUT', path: 'fleet/link', answer: ({ body }) => desk.setLink(readFleetLink(body)) },
    {
      method: 'GET',
      path: 'fleet/devices',
      answer: ({ query }) => devices(desk, query),
    },
    {
      method: 'PUT',
      path: 'fleet/devices/*/link',
      answer: ({ id, body }) => desk.setDeviceLink(id, readDeviceLink(body)),
    },
    {
      method: 'GET',
      path: 'fleet/map',
      answer: ({ query }): FleetMapView => {
        checkKeys(query, [])
        return fleetMap(desk.devices(), MAPPED_DEVICES_MAX)
      },
    },
    { method: 'DELETE', path: 'fleet', answer: () => desk.stop() },
  ]
}

function devices(desk: FleetDesk, query: URLSearchParams): PageView<DeviceRowView> {
  const { search, offset, limit } = readRowQuery(query)
  const part = search.toLowerCase()
  const rows: DeviceRowView[] = []
  let total = 0
  for (const state of desk.devices()) {
    if (!`${state.clientId} ${state.group}`.toLowerCase().includes(part)) continue
    if (total >= offset && rows.length < limit) {
      rows.push(deviceRow(state, desk.deviceLink(state.clientId)))
    }
    total++
  }
  return { total, rows }
}

function view(desk: FleetDesk): FleetView {
  const fleet = desk.view()
  if (fleet !== undefined) return fleet
  throw new ConsoleError('ERR_CONSOLE_PART_ABSENT', 'no fleet runs here')
}
