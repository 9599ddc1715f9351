// What the visitor chose, language and theme, kept in this browser. Without a choice the browser's
// own language and theme hold.

const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

export function chosenLanguage(): Language {
  const stored = LANGUAGES.find((one) => one === read('language'))
  return stored ?? (navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en')
}

export function chosenTheme(): Theme {
  return THEMES.find((one) => one === read('theme')) ?? 'system'
}

export function chosenHost(): string {
  return read('host') ?? ''
}

export function applyLanguage(language: Language): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
}

export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}

/** Storage may be forbidden; the page then forgets, and works. */
function read(key: string): string | null {
  try {
    return localStorage.getItem(`motewire.${key}`)
  } catch {
    return null
  }
}

export function remember(key: 'language' | 'theme' | 'host', value: string): void {
  try {
    localStorage.setItem(`motewire.${key}`, value)
  } catch {
    // Nothing to do: it holds until the page is closed.
  }
}

/** What is kept in lists. */
type KeptKey = 'profiles' | 'messages' | 'commands' | 'charts' | 'scripts'

/** What was kept under the name in this browser; `absent` when nothing can be read. */
export function recall<Value>(key: KeptKey, absent: Value): Value {
  try {
    return JSON.parse(read(key) ?? '') as Value
  } catch {
    return absent
  }
}

/** Keeps it in this browser. Whoever writes it sees to it that no password is in it. */
export function keep(key: KeptKey, value: unknown): void {
  try {
    localStorage.setItem(`motewire.${key}`, JSON.stringify(value))
  } catch {
    // As above.
  }
}
