// The icons: strokes on a 20 by 20 grid in the colour of the text. Always beside a text or in a
// button that has a label, so hidden from screen readers.

import type { JSX } from 'preact'

const PATHS = {
  overview: 'M3 11.5h3l2-6 3.5 10 2.5-7 1 3h2',
  clients: 'M6.5 3v4M13.5 3v4M4.5 7h11v2.5a5.5 5.5 0 0 1-11 0ZM10 15v3',
  topics:
    'M4 4v10.5a1.5 1.5 0 0 0 1.5 1.5H8M4 9h4M11 5H8M11 4h5v2.5h-5ZM11 8h5v2.5h-5ZM11 14.5h5V17h-5Z',
  workbench: 'M3 5.5h9M15 5.5h2M3 10h2M8 10h9M3 14.5h6M12 14.5h5M12 3.5v4M5 8v4M9 12.5v4',
  links: 'M4 6.5h12l-1.5 7h-9ZM7.5 9.5h.01M10 9.5h.01M12.5 9.5h.01M10 13.5V17',
  shown: 'M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5ZM10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  hidden: 'M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5ZM4 16 16 4',
  fleet: 'M4 4h4v4H4ZM12 4h4v4h-4ZM4 12h4v4H4ZM12 12h4v4h-4Z',
  bridges: 'M3 7h11.5M11.5 4l3 3-3 3M17 13H5.5M8.5 10l-3 3 3 3',
  hosts: 'M3 4h14v5H3ZM3 11h14v5H3ZM6 6.5h.01M6 13.5h.01',
  queues: 'M3 5h3v10H3ZM8.5 5h3v10h-3ZM14 10h3.5M15.5 8l2 2-2 2',
  sessions: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 6v4l3 2',
  retained: 'M6 3h8v14l-4-3.5L6 17Z',
  access: 'M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM4 16.5c.5-3 3-4.5 6-4.5s5.5 1.5 6 4.5',
  system: 'M3 15.5a7 7 0 1 1 14 0M10 15.5l3.5-5.5M3 15.5h14',
  calls: 'M7 6l-4 4 4 4M13 6l4 4-4 4',
  send: 'M17 3 9 11M17 3l-5 14-3-6-6-3Z',
  close: 'M5 5l10 10M15 5 5 15',
  search: 'M8.75 14a5.25 5.25 0 1 0 0-10.5 5.25 5.25 0 0 0 0 10.5ZM12.6 12.6 17 17',
  previous: 'M12 5l-5 5 5 5',
  next: 'M8 5l5 5-5 5',
  copy: 'M7.5 7.5h8v9h-8ZM12.5 7.5v-4h-8v9h3',
  check: 'M4 10.5l4 4 8-9',
  screen: 'M3 4.5h14v9H3ZM7.5 17h5M10 13.5V17',
  light: `M10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM10 2.5v2M10 15.5v2M2.5 10h2M15.5 10h2M4.7 4.7l1.4 1.4
    M13.9 13.9l1.4 1.4M4.7 15.3l1.4-1.4M13.9 6.1l1.4-1.4`,
  dark: 'M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3Z',
  up: 'M10 15.5v-11M5.5 9 10 4.5 14.5 9',
  down: 'M10 4.5v11M5.5 11l4.5 4.5 4.5-4.5',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  )
}

export function Mark(): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M10.5 20.5C16 20.5 15 11.5 21 11.5" />
      <circle cx="9" cy="20.5" r="3.6" />
      <circle cx="23.4" cy="11.5" r="2.4" />
    </svg>
  )
}
