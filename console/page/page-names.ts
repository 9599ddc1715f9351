// The pages of the console, in the order in which they are offered. Pure.

export const PAGES = [
  'overview',
  'hosts',
  'clients',
  'topics',
  'queues',
  'sessions',
  'retained',
  'access',
  'system',
  'workbench',
  'links',
  'fleet',
  'bridges',
  'calls',
] as const

export type PageName = (typeof PAGES)[number]
