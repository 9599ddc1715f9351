// Tests that need a program from outside npm ask for it here. A missing one skips the tests with a
// printed reason and the command that brings it; with CI=true it fails them, because a skipped test
// that nobody sees is a test that does not exist. Made for `describe.runIf`.

import { installCommand, locateComponent } from '../../scripts/components.mjs'

export type ComponentName =
  | 'mosquitto'
  | 'mosquitto-clients'
  | 'socat'
  | 'ser2net'
  | 'gcc-avr'
  | 'arduino-core-avr'
  | 'chromium'

/**
 * Whether the component is there.
 * @throws Error when it is missing and `CI` is `true`.
 */
export function requireComponent(name: ComponentName): boolean {
  if (locateComponent(name) !== undefined) return true
  const reason = `${name} is missing; to have it: ${installCommand([name])}`
  if (process.env['CI'] === 'true') throw new Error(reason)
  console.warn(`skipped: ${reason}`)
  return false
}

/**
 * The full path of the component's program.
 * @throws Error when it is missing.
 */
export function componentPath(name: ComponentName): string {
  const path = locateComponent(name)
  if (path === undefined) throw new Error(`${name} is missing: ${installCommand([name])}`)
  return path
}
