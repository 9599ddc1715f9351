// The routes of links: serial ports, TCP and UDP sockets that visitors debug devices with.

import type { LinkEntry } from '../link-views.ts'
import type { KeptEntry, Link } from '../links/link.ts'
import {
  readFraming,
  readLines,
  readLinkRequest,
  readLinkSend,
  readRules,
} from '../links/link-request.ts'
import type { Links } from '../links/links.ts'
import { fieldsOf, readText } from '../workbench/profile.ts'
import type { RingView } from '../workbench-views.ts'
import { checkKeys, readCount } from './query.ts'
import { readRepeat } from './repeat.ts'
import type { ApiRequest, Route } from './route.ts'

const ENTRIES_MAX = 500
const WAIT_MS_MAX = 30_000

export function linkRoutes(links: Links): Route[] {
  return [
    {
      method: 'GET',
      path: 'ports',
      answer: ({ query }) => {
        checkKeys(query, [])
        return links.ports()
      },
    },
    { method: 'GET', path: 'links', answer: () => links.links.map((link) => link.view()) },
    {
      method: 'POST',
      path: 'links',
      answer: async ({ body }) => (await links.open(readLinkRequest(body))).view(),
    },
    { method: 'GET', path: 'links/*', answer: ({ id }) => links.link(id).view() },
    { method: 'DELETE', path: 'links/*', answer: ({ id }) => links.close(id) },
    ...doing(links, 'GET', 'entries', entries),
    ...doing(links, 'POST', 'send', send),
    ...doing(links, 'DELETE', 'series', (link) => link.stopSeries()),
    ...doing(links, 'PUT', 'lines', (link, { body }) => link.setLines(readLines(body))),
    ...doing(links, 'PUT', 'replies', (link, { body }) => link.setRules(readRules(body))),
    ...doing(links, 'PUT', 'framing', (link, { body }) => {
      const { framing, gapMs } = readFraming(body)
      link.setFraming(framing, gapMs)
    }),
  ]
}

function doing(
  links: Links,
  method: Route['method'],
  name: string,
  answer: (link: Link, request: ApiRequest) => unknown,
): Route[] {
  const path = `links/*/${name}`
  return [{ method, path, answer: (request) => answer(links.link(request.id), request) }]
}

const SEND_KEYS = ['payload', 'encoding', 'checksum', 'ending', 'peer', 'repeat']

function send(link: Link, { body }: ApiRequest): { bytes: number } {
  const fields = fieldsOf(body, SEND_KEYS)
  const bytes = readLinkSend(fields)
  const peer = readText(fields, 'peer')
  const repeat = readRepeat(fields['repeat'])
  if (repeat === undefined) link.send(bytes, peer)
  else link.repeat(bytes, peer, repeat.count, repeat.everyMs)
  return { bytes: bytes.length }
}

async function entries(link: Link, { query }: ApiRequest): Promise<RingView<LinkEntry>> {
  checkKeys(query, ['after', 'limit', 'waitMs'])
  const after = readCount(query, 'after', 0, 0, Number.MAX_SAFE_INTEGER)
  const limit = readCount(query, 'limit', ENTRIES_MAX, 1, ENTRIES_MAX)
  const waitMs = readCount(query, 'waitMs', 0, 0, WAIT_MS_MAX)
  if (waitMs > 0) await link.changed(after, waitMs)
  const { newest, skipped, entries: kept } = link.entries.select(after, limit, () => true)
  return { newest, skipped, rows: kept.map(entryView) }
}

function entryView({ bytes, ...entry }: KeptEntry): LinkEntry {
  return { ...entry, bytes: bytes.length, base64: Buffer.from(bytes).toString('base64') }
}
