// How a command ends: exit codes and the one line that says why. 0 fine, 1 failed at run time,
// 2 wrong usage or bad input file, 3 a threshold was crossed. People see messages, never stacks.

import { MotewireError, UsageError } from '@motewire/sdk'

export const EXIT = { fine: 0, failed: 1, usage: 2, threshold: 3 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Ends a command with a code and a line that were thought of. */
export class Exit extends Error {
  override readonly name = 'Exit'
  readonly code: ExitCode

  constructor(code: ExitCode, message: string) {
    super(message)
    this.code = code
  }
}

const USAGE_CODES = new Set([
  'ERR_SCENARIO_INVALID',
  'ERR_REPORT_FORMAT',
  'ERR_REPORT_INVALID',
  'ERR_REPORT_UNWRITABLE',
  'ERR_MODEL_LOAD',
  'ERR_PORT_INVALID',
])

/** The exit code and the lines for whatever a command threw. */
export function failureOf(error: unknown): { code: ExitCode; text: string } {
  if (error instanceof Exit) return { code: error.code, text: error.message }
  if (
    error instanceof UsageError ||
    (error instanceof MotewireError && USAGE_CODES.has(error.code))
  ) {
    return { code: EXIT.usage, text: error.message }
  }
  if (error instanceof MotewireError) return { code: EXIT.failed, text: error.message }
  if (isSystemError(error)) return { code: EXIT.failed, text: systemText(error) }
  // A mistake of ours: the stack is what makes the report useful.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { code: EXIT.failed, text: `internal error, please report it: ${text}` }
}

/** What the operating system said, in words where we know better ones than errno. */
function systemText(error: NodeJS.ErrnoException): string {
  const what = { ENOENT: 'does not exist', EACCES: 'permission denied', EISDIR: 'is a directory' }
  const known = what[error.code as keyof typeof what] ?? `failed with ${error.code}`
  return error.path === undefined ? error.message : `${error.path}: ${known}`
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}
