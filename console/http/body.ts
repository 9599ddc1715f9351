// Reads the JSON body of a request, never more than the bound. It knows no fields.

import type { IncomingMessage } from 'node:http'
import { ConsoleError } from '../errors.ts'
import { BODY_BYTES_MAX } from '../limits.ts'

/**
 * The parsed body; undefined when there is none.
 * @throws ConsoleError `ERR_CONSOLE_BODY_TOO_LARGE` or `ERR_CONSOLE_BODY_INVALID`
 */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    // What is too much is read to its end and forgotten: a connection that is closed before that
    // would take our answer with it. The server's request timeout bounds how long it can last.
    if (bytes > BODY_BYTES_MAX) chunks.length = 0
    else chunks.push(chunk)
  }
  if (bytes > BODY_BYTES_MAX) {
    const message = `body has ${bytes} bytes, the limit is ${BODY_BYTES_MAX}`
    throw new ConsoleError('ERR_CONSOLE_BODY_TOO_LARGE', message)
  }
  if (bytes === 0) return undefined
  const type = request.headers['content-type'] ?? ''
  if (!/^application\/json(;|$)/i.test(type)) {
    throw new ConsoleError('ERR_CONSOLE_BODY_INVALID', `body is '${type}', not application/json`)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch (error) {
    throw new ConsoleError('ERR_CONSOLE_BODY_INVALID', 'body is not JSON', { cause: error })
  }
}
