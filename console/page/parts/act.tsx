// Buttons that change something: what they do is one call of the API, what went wrong is said
// beside them, and what cannot be undone asks first.

import type { ComponentChildren, JSX } from 'preact'
import { useState } from 'preact/hooks'
import { call, reasonOf } from '../api.ts'
import type { Call } from '../api.ts'
import { usePage } from '../context.ts'
import { Dialog } from './dialog.tsx'

export interface Act {
  readonly problem: string
  /** Resolves with whether it was done. */
  readonly run: (path: string, options: Call) => Promise<boolean>
}

export function useAct(onDone?: () => void): Act {
  const { labels } = usePage()
  const [problem, setProblem] = useState('')
  const run = async (path: string, options: Call): Promise<boolean> => {
    setProblem('')
    try {
      await call(path, options)
      onDone?.()
      return true
    } catch (error) {
      setProblem(labels.failed(reasonOf(error)))
      return false
    }
  }
  return { problem, run }
}

/** A button for something that cannot be undone. */
export function AskButton(props: {
  readonly label: string
  readonly title: string
  readonly text: string
  readonly path: string
  readonly options: Call
  readonly onDone?: (() => void) | undefined
  readonly small?: boolean
}): JSX.Element {
  const { labels } = usePage()
  const [isAsking, setAsking] = useState(false)
  const { problem, run } = useAct(() => {
    setAsking(false)
    props.onDone?.()
  })
  return (
    <>
      <button
        type="button"
        class={props.small === true ? 'button danger small' : 'button danger'}
        onClick={() => setAsking(true)}
      >
        {props.label}
      </button>
      {isAsking && (
        <Dialog title={props.title} onClose={() => setAsking(false)}>
          <p>{props.text}</p>
          {problem !== '' && <p class="note bad">{problem}</p>}
          <div class="dialog-foot">
            <button type="button" class="button" autofocus onClick={() => setAsking(false)}>
              {labels.cancel}
            </button>
            <button
              type="button"
              class="button danger solid"
              onClick={() => void run(props.path, props.options)}
            >
              {props.label}
            </button>
          </div>
        </Dialog>
      )}
    </>
  )
}

/** A line to type a name into, and the button that makes it. */
export function CreateLine(props: {
  readonly label: string
  readonly placeholder: string
  /** Default: create. */
  readonly button?: string
  readonly callOf: (name: string) => readonly [path: string, options: Call]
  readonly onDone?: () => void
}): JSX.Element {
  const { labels } = usePage()
  const [name, setName] = useState('')
  const { problem, run } = useAct(() => {
    setName('')
    props.onDone?.()
  })
  const create = (event: Event): void => {
    event.preventDefault()
    void run(...props.callOf(name.trim()))
  }
  return (
    <form class="create-line" onSubmit={create}>
      <input
        class="mono"
        aria-label={props.label}
        placeholder={props.placeholder}
        title={props.label}
        value={name}
        required
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <button type="submit" class="button">
        {props.button ?? labels.create}
      </button>
      <output class="note bad">{problem}</output>
    </form>
  )
}

/** Two places of buttons at the foot of a panel. */
export function Feet({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <div class="panel-foot feet">{children}</div>
}
