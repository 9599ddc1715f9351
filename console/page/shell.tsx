// The frame around every page: the mark, the way to the pages, language, theme and the state of the
// link to the server. On a narrow screen the way to the pages is at the bottom, under the thumb.

import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { usePage } from './context.ts'
import type { LinkState } from './live.ts'
import { HostSwitch, useHost } from './parts/host.tsx'
import { State } from './parts/basics.tsx'
import type { Tone } from './parts/basics.tsx'
import { Icon, Mark } from './parts/icon.tsx'
import { PAGES } from './page-names.ts'
import type { PageName } from './page-names.ts'
import { address } from './route.ts'
import { THEMES } from './settings.ts'
import type { Theme } from './settings.ts'
import type { Labels } from './text/en.ts'

export function Shell({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const { labels, live } = usePage()
  const content = useRef<HTMLElement>(null)
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => content.current?.focus()}>
        {labels.skipToContent}
      </button>
      <header class="top">
        <a class="brand" href={address('overview')}>
          <Mark />
          <span>{live.snapshot?.title ?? 'motewire'}</span>
        </a>
        <HostSwitch />
        <Navigation />
        <div class="tools">
          <LinkBadge link={live.link} />
          <LanguageSwitch />
          <ThemeSwitch />
        </div>
      </header>
      <main ref={content} tabIndex={-1}>
        {live.link === 'lost' && live.snapshot !== null && (
          <p class="banner" role="status">
            {labels.linkLostHint}
          </p>
        )}
        {children}
      </main>
    </div>
  )
}

function Navigation(): JSX.Element {
  const { labels, route } = usePage()
  const counts = usePageCounts()
  const list = useRef<HTMLElement>(null)
  // On a phone the pages stand in a row that is wider than the screen.
  useEffect(() => {
    const current = list.current?.querySelector('[aria-current]')
    current?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [route.page])
  return (
    <nav class="pages" aria-label={labels.pages} ref={list}>
      {PAGES.map((page) => (
        <a key={page} href={address(page)} aria-current={page === route.page ? 'page' : undefined}>
          <Icon name={page} />
          <span class="page-name">{pageName(labels, page)}</span>
          <span class="page-count numbers">{counts[page]}</span>
        </a>
      ))}
    </nav>
  )
}

/** `retained` is a word of the tables, too. */
export function pageName(labels: Labels, page: PageName): string {
  return page === 'retained' ? labels.retainedPage : labels[page]
}

function usePageCounts(): Partial<Record<PageName, string>> {
  const { format, live } = usePage()
  const { broker, fleet, bridges, hosts } = live.snapshot ?? {}
  const host = useHost()
  const written = (count: number | undefined): string => (count ? format.count(count) : '')
  return {
    clients: written(host?.clientsConnected ?? broker?.clientsConnected),
    topics: written(host?.topics ?? broker?.topics),
    queues: written(host?.queues),
    hosts: written(hosts && hosts.length > 1 ? hosts.length : 0),
    retained: written(host?.retained ?? broker?.retained),
    fleet: written(fleet?.devices),
    bridges: written(bridges?.length),
  }
}

function LinkBadge({ link }: { readonly link: LinkState }): JSX.Element {
  const { labels } = usePage()
  return (
    <span class="link-badge" role="status">
      <State tone={LINK_TONES[link]} text={linkText(labels, link)} />
    </span>
  )
}

const LINK_TONES: Record<LinkState, Tone> = {
  connecting: 'warn',
  live: 'good',
  lost: 'bad',
  paused: 'plain',
  locked: 'plain',
}

function linkText(labels: Labels, link: LinkState): string {
  const texts: Record<LinkState, string> = {
    connecting: labels.linkConnecting,
    live: labels.linkLive,
    lost: labels.linkLost,
    paused: labels.linkPaused,
    locked: labels.linkLocked,
  }
  return texts[link]
}

function LanguageSwitch(): JSX.Element {
  const { labels, language, setLanguage } = usePage()
  return (
    <button
      type="button"
      class="icon-button language"
      title={labels.switchLanguage}
      aria-label={labels.switchLanguage}
      onClick={() => setLanguage(language === 'en' ? 'zh' : 'en')}
    >
      {language === 'en' ? '中' : 'EN'}
    </button>
  )
}

function ThemeSwitch(): JSX.Element {
  const { labels, theme, setTheme } = usePage()
  const texts: Record<Theme, string> = {
    system: labels.themeSystem,
    light: labels.themeLight,
    dark: labels.themeDark,
  }
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system'
  return (
    <button
      type="button"
      class="icon-button"
      title={texts[theme]}
      aria-label={texts[theme]}
      onClick={() => setTheme(next)}
    >
      <Icon name={theme === 'system' ? 'screen' : theme} />
    </button>
  )
}
