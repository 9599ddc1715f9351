// `--user name:password` of the broker.

import { InvalidArgumentError } from 'commander'

export interface User {
  readonly name: string
  readonly password: string
}

export function parseUser(text: string, known: readonly User[] = []): readonly User[] {
  const colon = text.indexOf(':')
  if (colon < 1) throw new InvalidArgumentError('expected NAME:PASSWORD')
  return [...known, { name: text.slice(0, colon), password: text.slice(colon + 1) }]
}
