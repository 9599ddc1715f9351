// The routes of the fleet: look at it, start one, change its link, stop it.

import { ConsoleError } from '../errors.ts'
import type { FleetDesk } from '../fleets/fleet-desk.ts'
import { readFleetLink, readSensorFleet } from '../fleets/fleet-request.ts'
import type { FleetView } from '../views.ts'
import { checkKeys } from './query.ts'
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
        desk.start(readSensorFleet(body))
        return view(desk)
      },
    },
    { method: 'PUT', path: 'fleet/link', answer: ({ body }) => desk.setLink(readFleetLink(body)) },
    { method: 'DELETE', path: 'fleet', answer: () => desk.stop() },
  ]
}

function view(desk: FleetDesk): FleetView {
  const fleet = desk.view()
  if (fleet !== undefined) return fleet
  throw new ConsoleError('ERR_CONSOLE_PART_ABSENT', 'no fleet runs here')
}
