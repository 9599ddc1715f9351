// Whether devices of a fleet can hear each other through the broker. If not, each device's run is
// its own, whichever others there are. Told from the scenario alone, so a placeholder may stand for
// anything: the answer is rather once too often yes.

import type { FleetPlan } from '../scenario/index.ts'

export function devicesInteract(plan: FleetPlan): boolean {
  const { groups } = plan
  // A model of its own publishes and subscribes what it likes.
  if (groups.some(({ model }) => model !== undefined)) return true
  const filters = groups.flatMap(({ subscribe }) => subscribe.map(({ filter }) => filter))
  const topics = groups.flatMap(({ publish }) => publish.map(({ topic }) => topic))
  // What the broker tells of itself is about all its clients.
  if (hearsBroker(plan)) return true
  return filters.some((filter) => topics.some((topic) => mayMatch(filter, topic)))
}

/** Whether a device may read what the broker tells of itself, `$SYS`. */
export function hearsBroker({ groups }: FleetPlan): boolean {
  return groups.some(({ model, subscribe }) => {
    return model !== undefined || subscribe.some(({ filter }) => /^[${]/.test(filter))
  })
}

/** Whether the filter may match the topic, both templates. */
function mayMatch(filter: string, topic: string): boolean {
  const wanted = filter.split('/')
  const levels = topic.split('/')
  for (const [at, level] of wanted.entries()) {
    if (level === '#') return true
    const other = levels[at]
    if (other === undefined) return false
    const isOpen = level === '+' || isTemplate(level) || isTemplate(other)
    if (!isOpen && level !== other) return false
  }
  return wanted.length === levels.length
}

function isTemplate(level: string): boolean {
  return level.includes('{')
}
