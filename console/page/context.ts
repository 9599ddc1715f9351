// What every part of the page can ask for: the texts and the way to write numbers in the visitor's
// language, where the visitor is, and the running server's state.

import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Live } from './live.ts'
import type { Route } from './route.ts'
import type { Language, Theme } from './settings.ts'
import type { Labels } from './text/en.ts'
import type { Format } from './text/format.ts'

export interface PageContext {
  readonly labels: Labels
  readonly format: Format
  readonly language: Language
  readonly theme: Theme
  readonly route: Route
  readonly live: Live
  /** The virtual host that is looked at; '' is the default one. */
  readonly hostName: string
  readonly selectHost: (name: string) => void
  readonly setLanguage: (language: Language) => void
  readonly setTheme: (theme: Theme) => void
  /** Connects anew, after the visitor has signed in. */
  readonly reconnect: () => void
  /** Opens the form that publishes, with a topic or without. */
  readonly openPublish: () => void
}

const Context = createContext<PageContext | null>(null)

export const PageProvider = Context.Provider

export function usePage(): PageContext {
  const page = useContext(Context)
  if (page === null) throw new Error('a part of the page stands outside of it')
  return page
}
