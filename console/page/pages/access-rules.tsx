// The access rules as a list that one adds to and takes from. The server gets the whole list each
// time, so that no two rules are ever changed halfway.

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { AccessRuleView } from '../../views.ts'
import { usePage } from '../context.ts'
import { AskButton, Feet, useAct } from '../parts/act.tsx'
import { Card } from '../parts/basics.tsx'
import { Field } from '../parts/field.tsx'
import type { Labels } from '../text/en.ts'

const SUBJECTS = ['user', 'group', 'everyone', 'anonymous'] as const
const PERMISSIONS = ['read', 'write', 'readwrite', 'deny'] as const

export function Rules(props: {
  readonly rules: readonly AccessRuleView[] | null
  readonly onDone: () => void
}): JSX.Element {
  const { labels } = usePage()
  const { rules } = props
  const { problem, run } = useAct(props.onDone)
  const put = (changed: readonly AccessRuleView[]): void => {
    void run('access/rules', { method: 'PUT', body: { rules: changed } })
  }
  return (
    <Card title={labels.rules} hint={labels.rulesHint}>
      {rules === null && <p class="muted pad">{labels.noRules}</p>}
      {rules?.length === 0 && <p class="muted pad">{labels.nothingAllowed}</p>}
      {rules !== null && rules.length > 0 && <RuleTable rules={rules} onChange={put} />}
      <RuleForm onAdd={(rule) => put([...(rules ?? []), rule])} />
      {problem !== '' && <p class="note bad pad">{problem}</p>}
      {rules !== null && (
        <Feet>
          <AskButton
            label={labels.liftRules}
            title={labels.liftRules}
            text={labels.liftRulesText}
            path="access/rules"
            options={{ method: 'PUT', body: { rules: null } }}
            onDone={props.onDone}
          />
        </Feet>
      )}
    </Card>
  )
}

function RuleTable(props: {
  readonly rules: readonly AccessRuleView[]
  readonly onChange: (rules: readonly AccessRuleView[]) => void
}): JSX.Element {
  const { labels } = usePage()
  const { rules, onChange } = props
  return (
    <div class="table-box">
      <table class="rules">
        <tbody>
          {rules.map((rule, position) => (
            <tr key={`${position} ${rule.filter}`}>
              <td>
                {subjectText(labels, rule.subject)} <b>{rule.name}</b>
              </td>
              <td>
                <span class={rule.permission === 'deny' ? 'tag bad' : 'tag'}>
                  {permissionText(labels, rule.permission)}
                </span>
              </td>
              <td class="name mono">{rule.filter}</td>
              <td class="number">
                <button
                  type="button"
                  class="button small"
                  onClick={() => onChange(rules.filter((one) => one !== rule))}
                >
                  {labels.remove}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function RuleForm({ onAdd }: { readonly onAdd: (rule: AccessRuleView) => void }): JSX.Element {
  const { labels } = usePage()
  const [subject, setSubject] = useState<AccessRuleView['subject']>('user')
  const [name, setName] = useState('')
  const [permission, setPermission] = useState<AccessRuleView['permission']>('readwrite')
  const [filter, setFilter] = useState('')
  const isNamed = subject === 'user' || subject === 'group'
  const add = (event: Event): void => {
    event.preventDefault()
    onAdd({ subject, name: isNamed ? name : '', permission, filter })
    setFilter('')
  }
  return (
    <form class="row-form" onSubmit={add} aria-label={labels.newRule}>
      <Select
        label={labels.whom}
        value={subject}
        options={SUBJECTS}
        textOf={(one) => subjectText(labels, one)}
        onChange={setSubject}
      />
      {isNamed && <Field label={labels.name} value={name} onInput={setName} required />}
      <Select
        label={labels.permission}
        value={permission}
        options={PERMISSIONS}
        textOf={(one) => permissionText(labels, one)}
        onChange={setPermission}
      />
      <Field
        label={labels.filter}
        value={filter}
        onInput={setFilter}
        placeholder="devices/%c/#"
        required
      />
      <button type="submit" class="button">
        {labels.newRule}
      </button>
    </form>
  )
}

function Select<Value extends string>(props: {
  readonly label: string
  readonly value: Value
  readonly options: readonly Value[]
  readonly textOf: (value: Value) => string
  readonly onChange: (value: Value) => void
}): JSX.Element {
  const { label, value, options, textOf, onChange } = props
  return (
    <label class="field">
      <span>{label}</span>
      <select
        value={value}
        onChange={({ currentTarget }) => {
          const chosen = options.find((one) => one === currentTarget.value)
          if (chosen !== undefined) onChange(chosen)
        }}
      >
        {options.map((one) => (
          <option key={one} value={one}>
            {textOf(one)}
          </option>
        ))}
      </select>
    </label>
  )
}

function subjectText(labels: Labels, subject: AccessRuleView['subject']): string {
  const texts = {
    user: labels.subjectUser,
    group: labels.subjectGroup,
    everyone: labels.subjectEveryone,
    anonymous: labels.subjectAnonymous,
  }
  return texts[subject]
}

function permissionText(labels: Labels, permission: AccessRuleView['permission']): string {
  const texts = {
    read: labels.permissionRead,
    write: labels.permissionWrite,
    readwrite: labels.permissionReadwrite,
    deny: labels.permissionDeny,
  }
  return texts[permission]
}
