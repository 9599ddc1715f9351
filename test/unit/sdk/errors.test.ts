// Errors of a link: they cost no stack, and none is taken from anybody else.

import { afterEach, describe, expect, test } from 'vitest'
import { LinkError, MotewireError } from '../../../sdk/errors.ts'

const LIMIT = Error.stackTraceLimit

describe('an error of a link', () => {
  afterEach(() => {
    Object.defineProperty(Error, 'stackTraceLimit', { value: LIMIT, writable: true })
  })

  test('has no stack, and leaves the limit of others as it was', () => {
    expect(new LinkError('ERR_LINK_LOST', 'gone').stack).not.toContain('errors.test')
    expect(Error.stackTraceLimit).toBe(LIMIT)
    expect(new MotewireError('ERR_STORE_FULL', 'full').stack).toContain('errors.test')
  })

  test('is made where Error cannot be changed', () => {
    Object.defineProperty(Error, 'stackTraceLimit', { value: LIMIT, writable: false })
    expect(new LinkError('ERR_LINK_LOST', 'gone')).toMatchObject({
      code: 'ERR_LINK_LOST',
      message: 'gone',
      retryable: true,
    })
    expect(Error.stackTraceLimit).toBe(LIMIT)
  })
})
