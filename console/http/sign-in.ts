// Signing in and out: name and password, or the token, become a cookie that no script can read. A
// wrong attempt is noted, and counted against its address.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { WhoamiView } from '../views.ts'
import { fieldsOf, readText } from '../workbench/profile.ts'
import type { ActionLog } from './action-log.ts'
import { readBody } from './body.ts'
import type { Guard } from './guard.ts'
import { sendAnswer } from './reply.ts'

/** `POST sign-in` with `{ token }`, or `{ name, password }`. */
export async function signIn(
  guard: Guard,
  log: ActionLog,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  guard.checkWrite(request.headers)
  const fields = fieldsOf((await readBody(request)) ?? {}, ['token', 'name', 'password'])
  const [token, name, password] = ['token', 'name', 'password'].map((key) => readText(fields, key))
  const address = request.socket.remoteAddress ?? ''
  const now = Date.now()
  const visitor = visitorOf(guard, token!, name!, password!, address, now)
  const row = { at: now, name: name!, address, what: 'POST sign-in' }
  if (visitor === undefined) {
    log.add({ ...row, status: 401 })
    throw guard.refusal('wrong')
  }
  log.add({ ...row, name: visitor.name, status: 204 })
  const id = guard.visitors.open(visitor)
  response.setHeader('set-cookie', guard.sessionCookie(request.headers, id))
  sendAnswer(response, 204, undefined)
}

function visitorOf(
  { visitors }: Guard,
  token: string,
  name: string,
  password: string,
  address: string,
  now: number,
): WhoamiView | undefined {
  if (name !== '') return visitors.byPassword(name, password, address, now)
  visitors.checkRoom(address, now)
  const visitor = visitors.byToken(token)
  if (visitor === undefined) visitors.noteFailure(address, now)
  return visitor
}

/** `POST sign-out`. */
export function signOut(guard: Guard, request: IncomingMessage, response: ServerResponse): void {
  guard.checkWrite(request.headers)
  guard.visitors.close(guard.sessionOf(request.headers))
  response.setHeader('set-cookie', guard.sessionCookie(request.headers, ''))
  sendAnswer(response, 204, undefined)
}
