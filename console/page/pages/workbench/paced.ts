// An answer of the server that is asked for several times a second, one question at a time: the
// next one waits for the answer to this one and a pause, so a flood of messages on the server
// costs the page no more than one bounded answer each pause.

import { useEffect, useState } from 'preact/hooks'
import { call } from '../../api.ts'

const PAUSE_MS = 300

export interface Paced<Answer> {
  readonly answer: Answer | null
}

/** The newest answer to `GET path`; null keeps the last one and asks nothing. */
export function usePaced<Answer>(path: string | null): Paced<Answer> {
  const [answer, setAnswer] = useState<Answer | null>(null)
  useEffect(() => {
    if (path === null) return
    const controller = new AbortController()
    const { signal } = controller
    let timer = 0
    const ask = async (): Promise<void> => {
      if (document.visibilityState === 'visible') {
        const next = await call<Answer>(path, { signal }).catch(() => null)
        if (signal.aborted) return
        if (next !== null) setAnswer(next)
      }
      timer = setTimeout(() => void ask(), PAUSE_MS)
    }
    void ask()
    return () => {
      controller.abort()
      clearTimeout(timer)
    }
  }, [path])
  return { answer }
}
