// The page's beginning: holds language, theme, place and live state, and shows the page that the
// address names.

import { render } from 'preact'
import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks'
import { PageProvider } from './context.ts'
import type { PageContext } from './context.ts'
import { LiveSource } from './live.ts'
import { Access } from './pages/access.tsx'
import { Bridges } from './pages/bridges.tsx'
import { Calls } from './pages/calls.tsx'
import { Clients } from './pages/clients.tsx'
import { Fleet } from './pages/fleet.tsx'
import { Hosts } from './pages/hosts.tsx'
import { Links } from './pages/links.tsx'
import { Overview } from './pages/overview.tsx'
import { PublishDialog } from './pages/publish.tsx'
import { Queues } from './pages/queues.tsx'
import { Retained } from './pages/retained.tsx'
import { Sessions } from './pages/sessions.tsx'
import { SignIn } from './pages/sign-in.tsx'
import { System } from './pages/system.tsx'
import { Topics } from './pages/topics.tsx'
import { Workbench } from './pages/workbench.tsx'
import type { PageName } from './page-names.ts'
import { parseRoute } from './route.ts'
import * as settings from './settings.ts'
import { pageName, Shell } from './shell.tsx'
import { adminEn } from './text/admin-en.ts'
import { adminZh } from './text/admin-zh.ts'
import { en } from './text/en.ts'
import type { Labels } from './text/en.ts'
import { fleetEn } from './text/fleet-en.ts'
import { fleetZh } from './text/fleet-zh.ts'
import { Format } from './text/format.ts'
import { linksEn } from './text/links-en.ts'
import { linksZh } from './text/links-zh.ts'
import { toolsEn } from './text/tools-en.ts'
import { toolsZh } from './text/tools-zh.ts'
import { zh } from './text/zh.ts'

const LABELS: Record<settings.Language, Labels> = {
  en: { ...adminEn, ...fleetEn, ...linksEn, ...toolsEn, ...en },
  zh: { ...adminZh, ...fleetZh, ...linksZh, ...toolsZh, ...zh },
}

const VIEWS: Record<PageName, () => JSX.Element> = {
  overview: Overview,
  clients: Clients,
  topics: Topics,
  hosts: Hosts,
  queues: Queues,
  sessions: Sessions,
  retained: Retained,
  access: Access,
  system: System,
  calls: Calls,
  workbench: Workbench,
  links: Links,
  fleet: Fleet,
  bridges: Bridges,
}

const source = new LiveSource()

function App(): JSX.Element {
  const [language, setLanguage] = useState(settings.chosenLanguage)
  const [theme, setTheme] = useState(settings.chosenTheme)
  const [route, setRoute] = useState(() => parseRoute(location.hash))
  const [live, setLive] = useState(source.current)
  const [isPublishing, setPublishing] = useState(false)

  // In the same turn as the first drawing: what changes between the two would be missed.
  useLayoutEffect(() => source.subscribe(() => setLive(source.current)), [])
  useLayoutEffect(() => {
    const follow = (): void => setRoute(parseRoute(location.hash))
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  useEffect(() => settings.applyLanguage(language), [language])
  useEffect(() => settings.applyTheme(theme), [theme])

  const [hostName, setHostName] = useState(settings.chosenHost)

  const labels = LABELS[language]
  const format = useMemo(() => new Format(language, labels), [language])
  useEffect(() => {
    document.title = `${pageName(labels, route.page)} · ${live.snapshot?.title ?? 'motewire'}`
  }, [labels, route.page, live.snapshot?.title])

  const page: PageContext = {
    labels,
    format,
    language,
    theme,
    route,
    live,
    hostName: live.snapshot?.hosts.some(({ name }) => name === hostName) === true ? hostName : '',
    selectHost: (name) => {
      settings.remember('host', name)
      setHostName(name)
    },
    setLanguage: (chosen) => {
      settings.remember('language', chosen)
      setLanguage(chosen)
    },
    setTheme: (chosen) => {
      settings.remember('theme', chosen)
      setTheme(chosen)
    },
    reconnect: () => source.reconnect(),
    openPublish: () => setPublishing(true),
  }
  const View = VIEWS[route.page]
  return (
    <PageProvider value={page}>
      <Shell>{live.link === 'locked' ? <SignIn /> : <View />}</Shell>
      {isPublishing && <PublishDialog onClose={() => setPublishing(false)} />}
    </PageProvider>
  )
}

settings.applyTheme(settings.chosenTheme())
settings.applyLanguage(settings.chosenLanguage())
source.start()
render(<App />, document.querySelector('#app')!)
