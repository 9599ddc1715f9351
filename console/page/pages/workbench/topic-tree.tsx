// The topics that were heard, as a tree that opens level by level; the server counts and searches.
// Retained messages of a branch are taken from the broker after a question.

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { BranchView, ConnectionView } from '../../../workbench-views.ts'
import { call, withQuery } from '../../api.ts'
import { usePage } from '../../context.ts'
import { Card } from '../../parts/basics.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Icon } from '../../parts/icon.tsx'
import { usePolled } from '../../polled.ts'
import { CopyRetained } from './copy-retained.tsx'

interface TreeProps {
  readonly id: string
  readonly search: string
  readonly onClear: (branch: BranchView) => void
  readonly onCopy: (branch: BranchView) => void
}

export function TopicTree(props: {
  readonly connection: ConnectionView
  readonly connections: readonly ConnectionView[]
}): JSX.Element {
  const { labels, format } = usePage()
  const { connection, connections } = props
  const { id } = connection
  const [search, setSearch] = useState('')
  const [clearing, setClearing] = useState<BranchView | null>(null)
  const [copying, setCopying] = useState<BranchView | null>(null)
  const clear = async (path: string): Promise<void> => {
    setClearing(null)
    await call(`connections/${id}/clear-retained`, { method: 'POST', body: { path } })
  }
  return (
    <Card title={labels.topicTree} hint={format.count(connection.topics)}>
      <div class="pad-side">
        <input
          type="search"
          value={search}
          placeholder={labels.searchTopics}
          aria-label={labels.searchTopics}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
      </div>
      <div class="tree">
        <Level id={id} path="" search={search} onClear={setClearing} onCopy={setCopying} />
      </div>
      {copying !== null && (
        <CopyRetained
          from={id}
          path={copying.path}
          connections={connections}
          onClose={() => setCopying(null)}
        />
      )}
      {clearing !== null && (
        <Dialog title={labels.clearTitle(clearing.path)} onClose={() => setClearing(null)}>
          <p>{labels.clearText(format.exact(clearing.retained))}</p>
          <div class="dialog-foot">
            <button type="button" class="button" onClick={() => setClearing(null)}>
              {labels.cancel}
            </button>
            <button
              type="button"
              class="button danger solid"
              onClick={() => void clear(clearing.path)}
            >
              {labels.clearRetained}
            </button>
          </div>
        </Dialog>
      )}
    </Card>
  )
}

function Level(props: TreeProps & { readonly path: string }): JSX.Element {
  const { id, path, search } = props
  const place = withQuery(`connections/${id}/tree`, { path, search })
  const { answer } = usePolled<BranchView[]>(place, { keepsOld: true })
  return (
    <ul>
      {answer?.map((branch) => (
        <Branch key={branch.path} {...props} branch={branch} />
      ))}
    </ul>
  )
}

function Branch(props: TreeProps & { readonly branch: BranchView }): JSX.Element {
  const { labels, format } = usePage()
  const { branch, search, onClear, onCopy } = props
  const [isOpen, setOpen] = useState(false)
  const shows = branch.hasChildren && (isOpen || search !== '')
  return (
    <li>
      <div class="branch">
        <button
          type="button"
          class={shows ? 'twig is-open' : 'twig'}
          aria-expanded={branch.hasChildren ? shows : undefined}
          disabled={!branch.hasChildren}
          onClick={() => setOpen(!isOpen)}
        >
          {branch.hasChildren && <Icon name="next" />}
          <span class="mono">{branch.name === '' ? '“”' : branch.name}</span>
        </button>
        <span class="muted numbers">{format.count(branch.messages)}</span>
        {branch.retained > 0 && (
          <button
            type="button"
            class="icon-button small"
            title={labels.copyRetainedTitle(branch.path)}
            aria-label={labels.copyRetainedTitle(branch.path)}
            onClick={() => onCopy(branch)}
          >
            <Icon name="copy" />
          </button>
        )}
        {branch.retained > 0 && (
          <button
            type="button"
            class="tag as-button"
            title={labels.clearRetained}
            onClick={() => onClear(branch)}
          >
            {labels.retainedCount(format.count(branch.retained))}
          </button>
        )}
      </div>
      {shows && <Level {...props} path={branch.path} />}
    </li>
  )
}
