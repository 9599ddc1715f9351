// The log of a link as the page holds it: bounded, paused and cleared by the visitor. The server
// answers as soon as there is more, and is asked again after a pause, which bounds a flood.

import { useEffect, useRef, useState } from 'preact/hooks'
import type { LinkEntry } from '../../../link-views.ts'
import type { RingView } from '../../../workbench-views.ts'
import { call, withQuery } from '../../api.ts'

const PAUSE_MS = 200
/** The server answers when bytes come, or after so long: a page that is left lets go of it soon. */
const WAIT_MS = 5_000
const SHOWN_MAX = 500

export interface Entries {
  readonly rows: readonly LinkEntry[]
  /** Those that came faster than they were asked for. */
  readonly leftOut: number
  readonly clear: () => void
}

const NOTHING = { rows: [] as readonly LinkEntry[], leftOut: 0 }

export function useEntries(id: string, isPaused: boolean): Entries {
  const [shown, setShown] = useState(NOTHING)
  const after = useRef(0)
  useEffect(() => {
    if (isPaused) return
    const controller = new AbortController()
    const { signal } = controller
    let timer = 0
    const ask = async (): Promise<void> => {
      if (document.visibilityState === 'visible') {
        const query = { after: after.current, limit: SHOWN_MAX, waitMs: WAIT_MS }
        const path = withQuery(`links/${id}/entries`, query)
        const view = await call<RingView<LinkEntry>>(path, { signal }).catch(() => null)
        if (signal.aborted) return
        if (view !== null && view.newest > after.current) {
          after.current = view.newest
          setShown(({ rows, leftOut }) => ({
            rows: [...rows, ...view.rows].slice(-SHOWN_MAX),
            leftOut: leftOut + view.skipped,
          }))
        }
      }
      timer = setTimeout(() => void ask(), PAUSE_MS)
    }
    void ask()
    return () => {
      controller.abort()
      clearTimeout(timer)
    }
  }, [id, isPaused])
  return { ...shown, clear: () => setShown(NOTHING) }
}
