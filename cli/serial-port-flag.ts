// `--serial-port PATH`, several times: ports that the console's visitors may open besides those
// that the machine lists, such as pseudo-terminals.

import { Option } from 'commander'

export function serialPortOption(): Option {
  const text = 'a port that the console may open besides those that are listed; several times'
  return new Option('--serial-port <path>', text)
    .default([], 'none')
    .argParser((path: string, before: readonly string[]) => [...before, path])
}
