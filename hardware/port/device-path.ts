// From what a port is called to its device.

import { realpath } from 'node:fs/promises'
import { findPort, parseIdentity } from './identity.ts'
import { listPorts } from './list.ts'

/**
 * The path of the device itself, links followed.
 * @param serial a path or an identity.
 * @returns undefined when there is no such device, or more than one.
 */
export async function devicePath(serial: string): Promise<string | undefined> {
  try {
    const identity = parseIdentity(serial)
    return await realpath(
      identity === undefined ? serial : findPort(identity, await listPorts()).path,
    )
  } catch {
    return undefined
  }
}

/** Major and minor number, which the kernel packs into 12 and 20 bits. */
export function deviceNumber(packed: number): { readonly major: number; readonly minor: number } {
  return { major: (packed >>> 8) & 0xfff, minor: (packed & 0xff) | ((packed >>> 12) & 0xfff00) }
}
