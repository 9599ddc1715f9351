// The routes of the broker's configuration: look, check, change.

import { ConsoleError } from '../errors.ts'
import type { ConfigControl } from '../options.ts'
import type { ConfigView } from '../views.ts'
import { fieldsOf, invalid } from '../workbench/profile.ts'
import { checkKeys } from './query.ts'
import type { Route } from './route.ts'

const TEXT_CHARS_MAX = 65_536

export function configRoutes(config: ConfigControl | undefined): Route[] {
  return [
    {
      method: 'GET',
      path: 'config',
      answer: ({ query }): ConfigView => {
        checkKeys(query, [])
        return present(config).view()
      },
    },
    {
      method: 'POST',
      path: 'config/check',
      answer: ({ body }) => ({ problems: present(config).check(readText(body)) }),
    },
    {
      method: 'PUT',
      path: 'config',
      answer: ({ body }) => {
        const control = present(config)
        if (control.view().readOnly !== null) {
          const message = 'the broker was started without a file of its own that could be changed'
          throw new ConsoleError('ERR_CONSOLE_CONFLICT', message)
        }
        control.apply(readText(body))
      },
    },
  ]
}

function present(config: ConfigControl | undefined): ConfigControl {
  if (config !== undefined) return config
  throw new ConsoleError('ERR_CONSOLE_PART_ABSENT', 'this console knows no configuration')
}

function readText(body: unknown): string {
  const { text } = fieldsOf(body, ['text'])
  if (typeof text === 'string' && text.length <= TEXT_CHARS_MAX) return text
  throw invalid(`text is not a text of at most ${TEXT_CHARS_MAX} characters`)
}
