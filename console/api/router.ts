// Finds the route of a request by its path and method. O(routes), of which there are some twenty.

import { ConsoleError } from '../errors.ts'
import type { Route } from './route.ts'

export interface Match {
  readonly route: Route
  readonly id: string
}

/**
 * @param path below `/api/v1/`, still percent-encoded
 * @throws ConsoleError `ERR_CONSOLE_ROUTE_UNKNOWN` or `ERR_CONSOLE_METHOD_REFUSED`
 */
export function matchRoute(routes: readonly Route[], method: string, path: string): Match {
  const here = routes.flatMap((route) => {
    const id = idIn(path, route.path)
    return id === undefined ? [] : [{ route, id }]
  })
  if (here.length === 0) {
    throw new ConsoleError('ERR_CONSOLE_ROUTE_UNKNOWN', `no route /api/v1/${path}`)
  }
  const match = here.find(({ route }) => route.method === method)
  if (match !== undefined) return match
  const message = `${method} /api/v1/${path} is not possible`
  const allow = here.map(({ route }) => route.method)
  throw new ConsoleError('ERR_CONSOLE_METHOD_REFUSED', message, { allow })
}

/** What stands for the `*` of the pattern, '' without one, undefined when the path differs. */
function idIn(path: string, pattern: string): string | undefined {
  const [prefix = '', suffix] = pattern.split('*')
  if (suffix === undefined) return path === pattern ? '' : undefined
  const rest = path.slice(prefix.length, path.length - suffix.length)
  if (!path.startsWith(prefix) || !path.endsWith(suffix)) return undefined
  if (rest === '' || rest.includes('/')) return undefined
  try {
    return decodeURIComponent(rest)
  } catch {
    return undefined
  }
}
