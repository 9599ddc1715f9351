// Asks for the token of a console that can be reached from the network.

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { call, CallError, reasonOf } from '../api.ts'
import { usePage } from '../context.ts'

export function SignIn(): JSX.Element {
  const { labels, reconnect } = usePage()
  const [token, setToken] = useState('')
  const [problem, setProblem] = useState('')
  const signIn = (event: Event): void => {
    event.preventDefault()
    call('sign-in', { method: 'POST', body: { token } }).then(reconnect, (error: unknown) => {
      const isWrong = error instanceof CallError && error.status === 401
      setProblem(isWrong ? labels.tokenWrong : labels.failed(reasonOf(error)))
    })
  }
  return (
    <form class="card sign-in" onSubmit={signIn}>
      <h1>{labels.signIn}</h1>
      <p class="muted">{labels.signInText}</p>
      <label class="field">
        <span>{labels.token}</span>
        <input
          type="password"
          required
          autocomplete="current-password"
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
      </label>
      <div class="field-row">
        <button type="submit" class="button solid">
          {labels.signIn}
        </button>
        <output class="note bad">{problem}</output>
      </div>
    </form>
  )
}
