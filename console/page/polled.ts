// An answer of the server that is asked for anew with each snapshot of the stream, so once a second
// and only while the page is seen. One question at a time: a slow server is not asked faster than
// it answers. The last answer stays until a better one comes.

import { useEffect, useRef, useState } from 'preact/hooks'
import { call, CallError } from './api.ts'
import { usePage } from './context.ts'

export interface Polled<Answer> {
  readonly answer: Answer | null
  readonly error: CallError | null
  /** Asks at once. */
  readonly refresh: () => void
}

interface State<Answer> {
  readonly path: string | null
  readonly answer: Answer | null
  readonly error: CallError | null
}

export interface Polling {
  /** While a changed path has no answer yet, the old one stays: for a table that is paged. */
  readonly keepsOld?: boolean
  /** Default: with each snapshot. */
  readonly everyMs?: number
}

/** The answer to `GET path`; null asks nothing. */
export function usePolled<Answer>(path: string | null, polling: Polling = {}): Polled<Answer> {
  const { keepsOld = false, everyMs = 0 } = polling
  const { live } = usePage()
  const [state, setState] = useState<State<Answer>>({ path, answer: null, error: null })
  const [wish, setWish] = useState(0)
  const busy = useRef<AbortController | null>(null)
  const turn = everyMs === 0 ? live.snapshot : Math.floor((live.snapshot?.at ?? 0) / everyMs)

  // Only a question whose answer nobody waits for any more is given up.
  useEffect(() => () => busy.current?.abort(), [path])

  useEffect(() => {
    if (path === null) return
    if (busy.current !== null && !busy.current.signal.aborted) return
    const controller = new AbortController()
    busy.current = controller
    call<Answer>(path, { signal: controller.signal })
      .then(
        (answer) => setState({ path, answer, error: null }),
        (error: unknown) => {
          if (!(error instanceof CallError)) return
          setState((old) => ({ path, answer: old.path === path ? old.answer : null, error }))
        },
      )
      .finally(() => {
        if (busy.current === controller) busy.current = null
      })
  }, [path, turn, wish])

  const isOld = state.path !== path
  return {
    answer: isOld && !keepsOld ? null : state.answer,
    error: isOld ? null : state.error,
    refresh: () => setWish((count) => count + 1),
  }
}
