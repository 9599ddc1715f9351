// Whether devices of a fleet can hear each other through the broker. If not, each device's run is
// its own, whichever others there are. Told from the scenario alone, so a placeholder may stand for
// anything: the answer is rather once too often yes.

import type { DeviceGroup, FleetPlan, Stage } from '../scenario/index.ts'

export function devicesInteract(plan: FleetPlan): boolean {
  const { groups, scenario } = plan
  // A model of its own publishes and subscribes what it likes, firmware what it says.
  if (groups.some(({ model }) => model !== undefined)) return true
  if (groups.some(({ firmware }) => firmware && firmware.subscribes === undefined)) return true
  // A host listens to nodes, and nodes to it.
  if (groups.some(({ sparkplugHost }) => sparkplugHost !== undefined)) return true
  // New devices hear from who gives them an identity.
  if (groups.some(({ provisioner }) => provisioner !== undefined)) return true
  const filters = groups.flatMap(filtersOf)
  const topics = [...groups.flatMap(topicsOf), ...scenario.stages.flatMap(sentTo)]
  // What the broker tells of itself is about all its clients.
  if (hearsBroker(plan)) return true
  return filters.some((filter) => topics.some((topic) => mayMatch(filter, topic)))
}

/** Whether a device may read what the broker tells of itself, `$SYS`. */
export function hearsBroker({ groups }: FleetPlan): boolean {
  return groups.some((group) => {
    const { model, firmware } = group
    if (model !== undefined || (firmware && firmware.subscribes === undefined)) return true
    return filtersOf(group).some((filter) => /^[${]/.test(filter))
  })
}

/** What the devices of a group subscribe to. */
function filtersOf({ subscribe, firmware }: DeviceGroup): string[] {
  return [...subscribe.map(({ filter }) => filter), ...(firmware?.subscribes ?? [])]
}

/** What the devices of a group publish. */
function topicsOf({ publish, firmware, commands, shadow, sparkplug }: DeviceGroup): string[] {
  const told = firmware === undefined ? [] : (firmware.publishes ?? ['#'])
  const replies = commands === undefined ? [] : [commands.filter + commands.reply]
  const states = shadow === undefined ? [] : [shadow.reported]
  const births = sparkplug === undefined ? [] : [`spBv1.0/${sparkplug.group}/+/{id}/#`]
  return [...publish.map(({ topic }) => topic), ...told, ...replies, ...states, ...births]
}

function sentTo(stage: Stage): string[] {
  return stage.kind === 'send' ? [stage.topic] : []
}

/**
 * Whether the filter may match the topic, both templates, for two different devices. A reply stands
 * under the filter of its command, so wildcards may stand in the topic too.
 */
function mayMatch(filter: string, topic: string): boolean {
  const wanted = filter.split('/')
  const levels = topic.split('/')
  for (const [at, level] of wanted.entries()) {
    const other = levels[at]
    // Client ids differ: only the device itself has its own.
    if (level === other && level.includes('{id}')) return false
    if (level === '#' || other === '#') return true
    if (other === undefined) return false
    const isOpen = level === '+' || other === '+' || isTemplate(level) || isTemplate(other)
    if (!isOpen && level !== other) return false
  }
  return wanted.length === levels.length
}

function isTemplate(level: string): boolean {
  return level.includes('{')
}
