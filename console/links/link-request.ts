// Reads the bodies of what is asked of links, strictly. What only the line or the socket can judge
// is left to them. Pure.

import { REPLY_BYTES_MAX, REPLY_RULES_MAX } from '../limits.ts'
import { CHECKSUMS, LINE_ENDINGS, LINK_FRAMINGS, LINK_KINDS, RULE_FORMS } from '../link-views.ts'
import type { LinkFraming, LinkRequest } from '../link-views.ts'
import { readPayload } from '../api/publish.ts'
import { fieldsOf, invalid, isWhole, readText } from '../workbench/profile.ts'
import { checksumOf } from './checksum.ts'
import { encodeGbk } from './gbk.ts'
import { ReplyTemplate } from './reply-template.ts'
import { PatternSearch } from './pattern-search.ts'
import type { Pattern } from './pattern-search.ts'
import { ExpressionSearch } from './expression-search.ts'
import type { ReadRule } from './replies.ts'

const KEYS = {
  serial: ['kind', 'path', 'baud', 'dataBits', 'parity', 'stopBits', 'rtscts'],
  'tcp-client': ['kind', 'host', 'port'],
  'tcp-server': ['kind', 'host', 'port', 'allow'],
  udp: ['kind', 'host', 'port', 'allow', 'targetHost', 'targetPort'],
} as const
const ALLOWED_MAX = 32
const DELAY_MS_MAX = 60_000
const GAP_MS_MAX = 10_000
const ENDINGS = { none: [], cr: [13], lf: [10], crlf: [13, 10] } as const
type Fields = Record<string, unknown>

/** @throws ConsoleError `ERR_CONSOLE_BODY_INVALID` */
export function readLinkRequest(body: unknown): LinkRequest {
  const known = pick('kind', Object(body).kind, LINK_KINDS)
  const fields = fieldsOf(body, KEYS[known])
  switch (known) {
    case 'serial':
      // The values are checked where they are used, all of them and strictly.
      return { ...fields, kind: known, path: needed(fields, 'path') }
    case 'tcp-client':
      return { kind: known, host: needed(fields, 'host'), port: readPort(fields, 'port', 1) }
    case 'tcp-server':
      return { kind: known, ...readListen(fields) }
    case 'udp': {
      const targetHost = needed(fields, 'targetHost')
      const targetPort = readPort(fields, 'targetPort', 1)
      return { kind: known, ...readListen(fields), targetHost, targetPort }
    }
  }
}

/** The bytes to send: payload, checksum, line ending. */
export function readLinkSend(fields: Fields): Uint8Array {
  const payload = fields['encoding'] === 'gbk' ? readGbk(fields) : readPayload(fields)
  const checksum = pick('checksum', fields['checksum'] ?? 'none', CHECKSUMS)
  const ending = pick('ending', fields['ending'] ?? 'none', LINE_ENDINGS)
  const bytes = Buffer.concat([
    payload,
    checksumOf(checksum, payload),
    Uint8Array.from(ENDINGS[ending]),
  ])
  if (bytes.length === 0) throw invalid('payload is empty')
  return bytes
}

function readGbk({ payload }: Fields): Uint8Array {
  const bytes = typeof payload === 'string' ? encodeGbk(payload) : undefined
  if (bytes === undefined) throw invalid('payload is not a text that GBK has letters for')
  return bytes
}

export function readFraming(body: unknown): { framing: LinkFraming; gapMs: number } {
  const fields = fieldsOf(body, ['framing', 'gapMs'])
  const { gapMs = 20 } = fields
  if (!isWhole(gapMs, 1, GAP_MS_MAX)) throw invalid(`gapMs is not from 1 to ${GAP_MS_MAX}`)
  return { framing: pick('framing', fields['framing'], LINK_FRAMINGS), gapMs }
}

export function readLines(body: unknown): { dtr?: boolean; rts?: boolean } {
  const fields = fieldsOf(body, ['dtr', 'rts'])
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value !== 'boolean') throw invalid(`${name} is neither true nor false`)
  }
  return fields
}

export function readRules(body: unknown): ReadRule[] {
  const { rules } = fieldsOf(body, ['rules'])
  if (!Array.isArray(rules) || rules.length > REPLY_RULES_MAX) {
    throw invalid(`rules is not a list of at most ${REPLY_RULES_MAX}`)
  }
  return rules.map(readRule)
}

function readRule(value: unknown): ReadRule {
  const fields = fieldsOf(value, ['form', 'pattern', 'reply', 'delayMs'])
  const { delayMs = 0 } = fields
  if (!isWhole(delayMs, 0, DELAY_MS_MAX)) throw invalid(`delayMs is not from 0 to ${DELAY_MS_MAX}`)
  const form = pick('form', fields['form'] ?? 'hex', RULE_FORMS)
  if (form === 'text') {
    const [pattern, reply] = [readRuleText(fields, 'pattern'), readRuleText(fields, 'reply')]
    const view = { form, pattern: pattern.text, reply: reply.text, delayMs }
    const bytes = [...pattern.bytes]
    return { view, makeSearch: () => new PatternSearch(bytes), replyTo: () => reply.bytes }
  }
  if (form === 'regex') {
    const [pattern, reply] = [readExpression(fields, 'pattern'), readRuleText(fields, 'reply')]
    const template = new ReplyTemplate(reply.bytes)
    const problem = template.problem(groupsOf(pattern))
    if (problem !== undefined) throw invalid(`reply ${problem}`)
    const view = { form, pattern, reply: reply.text, delayMs }
    const makeSearch = (): ExpressionSearch => new ExpressionSearch(pattern)
    return { view, makeSearch, replyTo: (match) => template.replyTo(match) }
  }
  const pattern = readPairs(fields, 'pattern', /^(?:[0-9a-f]{2}|\?\?)$/i)
  const reply = readPairs(fields, 'reply', /^[0-9a-f]{2}$/i)
  const view = { form, pattern: pattern.join(' '), reply: reply.join(' '), delayMs }
  const bytes: Pattern = pattern.map((pair) => (pair === '??' ? null : Number.parseInt(pair, 16)))
  const makeSearch = (): PatternSearch => new PatternSearch(bytes)
  const answer = Buffer.from(reply.join(''), 'hex')
  return { view, makeSearch, replyTo: () => answer }
}

const ESCAPES: Readonly<Record<string, string>> = {
  r: '\r',
  n: '\n',
  t: '\t',
  0: '\0',
  '\\': '\\',
}

function readRuleText(fields: Fields, key: string): { text: string; bytes: Uint8Array } {
  const text = needed(fields, key)
  const plain = text.replaceAll(/\\(.?)/gs, (_, letter: string) => {
    const meant = ESCAPES[letter]
    if (meant === undefined)
      throw invalid(`${key} has \\${letter}, expected \\r \\n \\t \\0 or \\\\`)
    return meant
  })
  const bytes = Buffer.from(plain, 'utf8')
  if (bytes.length <= REPLY_BYTES_MAX) return { text, bytes }
  throw invalid(`${key} is longer than ${REPLY_BYTES_MAX} bytes`)
}

/** An expression is only read here, which takes no time; it is run where that is bounded. */
function readExpression(fields: Fields, key: string): string {
  const source = needed(fields, key)
  try {
    void new RegExp(source, 's')
    return source
  } catch (error) {
    throw invalid(`${key} is no regular expression: ${reasonOf(error)}`)
  }
}

/** Of an expression that is one. Nothing matches everywhere, so this takes no time either. */
function groupsOf(source: string): number {
  return (new RegExp(`${source}|`, 's').exec('')?.length ?? 1) - 1
}

/** `Invalid regular expression: /(/s: Unterminated group` after the expression. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.message.split(': ').at(-1) ?? '') : String(error)
}

function readPairs(fields: Fields, key: string, form: RegExp): string[] {
  const text = fields[key]
  const pairs = typeof text === 'string' ? (text.replaceAll(/\s+/g, '').match(/..?/gs) ?? []) : []
  const isGood = pairs.length > 0 && pairs.length <= REPLY_BYTES_MAX
  if (isGood && pairs.every((pair) => form.test(pair))) return pairs
  throw invalid(`${key} is not 1 to ${REPLY_BYTES_MAX} bytes in hex`)
}

function readListen(fields: Fields): { host?: string; port?: number; allow?: readonly string[] } {
  const { host, port, allow } = fields
  if (allow !== undefined) {
    const isList = Array.isArray(allow) && allow.length <= ALLOWED_MAX
    if (!isList || !allow.every((one) => typeof one === 'string')) {
      throw invalid(`allow is not a list of at most ${ALLOWED_MAX} addresses`)
    }
  }
  return {
    ...(host === undefined ? {} : { host: needed(fields, 'host') }),
    ...(port === undefined ? {} : { port: readPort(fields, 'port', 0) }),
    ...(allow === undefined ? {} : { allow }),
  }
}

function readPort(fields: Fields, key: string, min: number): number {
  const port = fields[key]
  if (isWhole(port, min, 65_535)) return port
  throw invalid(`${key} is not a number from ${min} to 65535`)
}

function needed(fields: Fields, key: string): string {
  const text = readText(fields, key)
  if (text === '') throw invalid(`${key} is missing`)
  return text
}

function pick<Word extends string>(key: string, value: unknown, words: readonly Word[]): Word {
  const word = words.find((one) => one === value)
  if (word !== undefined) return word
  throw invalid(`${key} is none of ${words.join(', ')}`)
}
