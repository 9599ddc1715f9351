// Tests that need a program from outside npm ask for it here. A missing one skips the tests with a
// printed reason and the command that brings it; with CI=true it fails them, because a skipped test
// that nobody sees is a test that does not exist. Only what is optional may be missing there too.
// Made for `describe.runIf`.

import { COMPONENTS, installCommand, locateComponent } from '../../scripts/components.mjs'

export type ComponentName =
  | 'mosquitto'
  | 'mosquitto-clients'
  | 'socat'
  | 'ser2net'
  | 'gcc-avr'
  | 'arduino-core-avr'
  | 'chromium'
  | 'qemu-system-arm'
  | 'simavr'
  | 'gcc-arm-none-eabi'
  | 'activemq'
  | 'rabbitmq'
  | 'nats'

/**
 * Whether the component is there.
 * @throws Error when it is missing, not optional, and `CI` is `true`.
 */
export function requireComponent(name: ComponentName): boolean {
  if (locateComponent(name) !== undefined) return true
  const reason = `${name} is missing; to have it: ${installCommand([name])}`
  const isOptional = COMPONENTS.some((one) => one.name === name && one.isOptional === true)
  if (process.env['CI'] === 'true' && !isOptional) throw new Error(reason)
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
