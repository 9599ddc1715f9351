// How the crash run reaches the journal of the SDK. It asks at run time whether there is one, so
// that the run exists before the journal does; afterwards this file is two plain imports.

import * as sdk from '@motewire/sdk'
import type { Client, ClientOptions } from '@motewire/sdk'

type Factory = (path: string) => unknown

const factory = (sdk as unknown as { readonly journal?: Factory }).journal

/** Whether the SDK has a journal store. */
export const hasJournal: boolean = factory !== undefined

/** Client options that keep its session in a journal at `path`. */
export function journalOptions(path: string): ClientOptions {
  if (factory === undefined) throw new Error('the SDK has no journal store')
  return { store: factory(path) } as ClientOptions
}

/** Messages of QoS 1 and 2 that the client's store has ever accepted. */
export function lastSerialOf(client: Client): number {
  const { lastSerial } = client as unknown as { readonly lastSerial?: number }
  if (lastSerial === undefined) throw new Error('the client tells no lastSerial')
  return lastSerial
}
