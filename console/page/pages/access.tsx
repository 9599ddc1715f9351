// Users, groups and access rules of the broker: who may come in and what they may do.

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { AccessView, UserRow } from '../../views.ts'
import { usePage } from '../context.ts'
import { AskButton, useAct } from '../parts/act.tsx'
import { Card, Empty, PageHead } from '../parts/basics.tsx'
import { Field } from '../parts/field.tsx'
import { NotExposed } from '../parts/listing.tsx'
import { usePolled } from '../polled.ts'
import { Rules } from './access-rules.tsx'
import { NoBroker } from './no-broker.tsx'

export function Access(): JSX.Element {
  const { labels, live } = usePage()
  const isOwn = (live.snapshot?.hosts.length ?? 0) > 0
  const { answer, refresh } = usePolled<AccessView>(isOwn ? 'access' : null)
  if (live.snapshot?.broker === null) return <NoBroker title={labels.access} />
  if (live.snapshot && !isOwn) return <NotExposed title={labels.access} />
  return (
    <>
      <PageHead
        title={labels.access}
        line={answer?.file ? labels.accessKept(answer.file) : labels.accessLine}
      />
      {answer?.hasUsers === false && (
        <section class="card">
          <Empty
            title={labels.noUsers}
            hint={labels.noUsersHint}
            commands={['motewire broker --user admin:password --console-port 8080']}
          />
        </section>
      )}
      {answer?.hasUsers === true && (
        <>
          <Users access={answer} onDone={refresh} />
          <Rules rules={answer.rules} onDone={refresh} />
        </>
      )}
    </>
  )
}

function Users(props: { readonly access: AccessView; readonly onDone: () => void }): JSX.Element {
  const { labels } = usePage()
  const { access, onDone } = props
  return (
    <Card
      title={labels.usersList}
      hint={access.allowsAnonymous ? labels.anonymousYes : labels.anonymousNo}
    >
      <div class="table-box">
        <table>
          <thead>
            <tr>
              <th scope="col">{labels.name}</th>
              <th scope="col">{labels.groupsOf}</th>
              <th scope="col" class="middle">
                {labels.passwordKept}
              </th>
              <th scope="col" />
            </tr>
          </thead>
          <tbody>
            {access.users.map((user) => (
              <UserLine
                key={user.name}
                user={user}
                hasFile={access.file !== null}
                onDone={onDone}
              />
            ))}
          </tbody>
        </table>
      </div>
      <UserForm onDone={onDone} />
    </Card>
  )
}

function UserLine(props: {
  readonly user: UserRow
  readonly hasFile: boolean
  readonly onDone: () => void
}): JSX.Element {
  const { labels } = usePage()
  const { name, groups, credential, isKept } = props.user
  return (
    <tr>
      <td class="name">
        <span class="mono">{name}</span>
        {props.hasFile && !isKept && <span class="tag">{labels.notKept}</span>}
      </td>
      <td>{groups.length === 0 ? labels.none : groups.join(' ')}</td>
      <td class="middle muted">
        {credential === 'plain' ? labels.passwordPlain : labels.passwordHash(credential)}
      </td>
      <td class="number">
        <AskButton
          small
          label={labels.delete}
          title={labels.deleteUser(name)}
          text={labels.deleteUserText}
          path={userPath(name)}
          options={{ method: 'DELETE' }}
          onDone={props.onDone}
        />
      </td>
    </tr>
  )
}

/** Makes a user, or changes the one of that name. */
function UserForm({ onDone }: { readonly onDone: () => void }): JSX.Element {
  const { labels } = usePage()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [groups, setGroups] = useState('')
  const { problem, run } = useAct(onDone)
  const save = async (event: Event): Promise<void> => {
    event.preventDefault()
    const list = groups.split(/\s+/).filter((group) => group !== '')
    const body = { groups: list, ...(password === '' ? {} : { password }) }
    if (!(await run(userPath(name), { method: 'PUT', body }))) return
    setName('')
    setPassword('')
    setGroups('')
  }
  return (
    <form class="row-form" onSubmit={(event) => void save(event)} aria-label={labels.newUser}>
      <Field label={labels.username} value={name} onInput={setName} required />
      <Field label={labels.password} type="password" value={password} onInput={setPassword} />
      <Field label={labels.groupsOfUser} value={groups} onInput={setGroups} />
      <button type="submit" class="button">
        {labels.save}
      </button>
      <output class="note bad">{problem}</output>
    </form>
  )
}

function userPath(name: string): string {
  return `access/users/${encodeURIComponent(name)}`
}
