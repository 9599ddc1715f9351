// The virtual host that is looked at, where a broker has several, and the way to another one.

import type { JSX } from 'preact'
import type { HostRow } from '../../views.ts'
import { usePage } from '../context.ts'

/** The counts of the host that is looked at; undefined for a broker that is seen from outside. */
export function useHost(): HostRow | undefined {
  const { live, hostName } = usePage()
  const hosts = live.snapshot?.hosts ?? []
  return hosts.find(({ name }) => name === hostName) ?? hosts[0]
}

/** Puts the host that is looked at into the path of a call. */
export function useHostPath(): (path: string) => string {
  const { hostName } = usePage()
  if (hostName === '') return (path) => path
  const key = `host=${encodeURIComponent(hostName)}`
  return (path) => `${path}${path.includes('?') ? '&' : '?'}${key}`
}

/** Nothing where there is no choice. */
export function HostSwitch(): JSX.Element | null {
  const { labels, live, selectHost } = usePage()
  const hosts = live.snapshot?.hosts ?? []
  const host = useHost()
  if (hosts.length < 2) return null
  return (
    <select
      class="host-switch"
      aria-label={labels.virtualHost}
      title={labels.virtualHost}
      value={host?.name}
      onChange={(event) => selectHost(event.currentTarget.value)}
    >
      {hosts.map(({ name }) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  )
}
