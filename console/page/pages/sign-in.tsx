// Asks who wants to see the console: for name and password where the broker has users, else for the
// token of a console that can be reached from the network.

import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { call, CallError, reasonOf } from '../api.ts'
import { usePage } from '../context.ts'

export function SignIn(): JSX.Element {
  const { labels, reconnect } = usePage()
  const [isByName, setByName] = useState(true)
  const [name, setName] = useState('')
  const [secret, setSecret] = useState('')
  const [problem, setProblem] = useState('')
  useEffect(() => {
    // The refusal says what is asked for.
    call('whoami').then(reconnect, (error: unknown) => {
      setByName(error instanceof CallError && error.code === 'ERR_CONSOLE_SIGN_IN_REFUSED')
    })
  }, [])
  const signIn = (event: Event): void => {
    event.preventDefault()
    const body = isByName ? { name, password: secret } : { token: secret }
    call('sign-in', { method: 'POST', body }).then(reconnect, (error: unknown) => {
      const isWrong = error instanceof CallError && error.status === 401
      const wrong = isByName ? labels.signInWrong : labels.tokenWrong
      setProblem(isWrong ? wrong : labels.failed(reasonOf(error)))
    })
  }
  return (
    <form class="card sign-in" onSubmit={signIn}>
      <h1>{labels.signIn}</h1>
      <p class="muted">{isByName ? labels.signInUserText : labels.signInText}</p>
      {isByName && <NameField value={name} onInput={setName} />}
      <label class="field">
        <span>{isByName ? labels.password : labels.token}</span>
        <input
          type="password"
          required
          autocomplete="current-password"
          value={secret}
          onInput={(event) => setSecret(event.currentTarget.value)}
        />
      </label>
      <div class="field-row">
        <button type="submit" class="button solid">
          {labels.signIn}
        </button>
        <button type="button" class="button" onClick={() => setByName(!isByName)}>
          {isByName ? labels.byToken : labels.byName}
        </button>
        <output class="note bad">{problem}</output>
      </div>
    </form>
  )
}

function NameField(props: {
  readonly value: string
  readonly onInput: (name: string) => void
}): JSX.Element {
  const { labels } = usePage()
  return (
    <label class="field">
      <span>{labels.username}</span>
      <input
        required
        autofocus
        spellcheck={false}
        autocomplete="username"
        value={props.value}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
    </label>
  )
}
