// The routes about who may come in: users, groups and access rules of our broker, who asks here,
// and what was changed through this console by whom.

import { UsageError } from '@motewire/sdk'
import { filterProblem } from '@motewire/sdk/codec'
import type { AccessRule, UserControl } from '@motewire/simulator/broker'
import { ConsoleError } from '../errors.ts'
import type { ActionLog } from '../http/action-log.ts'
import type { AccessRuleView, AccessView } from '../views.ts'
import { fieldsOf, invalid, readText } from '../workbench/profile.ts'
import { found } from './broker-source.ts'
import type { BrokerSource } from './broker-source.ts'
import { checkKeys } from './query.ts'
import type { Route } from './route.ts'

const USER_NAME = /^[^\s:]{1,128}$/
const SUBJECTS = ['user', 'group', 'everyone', 'anonymous'] as const
const PERMISSIONS = ['read', 'write', 'readwrite', 'deny'] as const
const RULES_MAX = 10_000

export function accessRoutes(source: BrokerSource, log: ActionLog): Route[] {
  return [
    {
      method: 'GET',
      path: 'access',
      answer: ({ query }) => {
        checkKeys(query, [])
        const { users } = source.whole('users')
        return users === undefined ? OPEN_TO_ALL : accessView(users)
      },
    },
    {
      method: 'PUT',
      path: 'access/rules',
      answer: ({ body }) => usersOf(source).setRules(readRules(body)),
    },
    {
      method: 'PUT',
      path: 'access/users/*',
      answer: ({ id, body }) => putUser(usersOf(source), id, body),
    },
    {
      method: 'DELETE',
      path: 'access/users/*',
      answer: ({ id }) => {
        found(kept(() => usersOf(source).deleteUser(id)) || undefined, `user '${id}'`)
      },
    },
    { method: 'GET', path: 'whoami', answer: ({ visitor }) => visitor },
    { method: 'GET', path: 'log', answer: () => log.rows() },
  ]
}

const OPEN_TO_ALL: AccessView = {
  hasUsers: false,
  file: null,
  allowsAnonymous: true,
  users: [],
  rules: null,
}

function usersOf(source: BrokerSource): UserControl {
  const { users } = source.whole('users')
  if (users !== undefined) return users
  const message = 'everybody may come in: start the broker with users to have any'
  throw new ConsoleError('ERR_CONSOLE_PART_ABSENT', message)
}

function accessView(control: UserControl): AccessView {
  const rules = control.rules()?.map(({ subject, permission, filter }): AccessRuleView => {
    const name = 'name' in subject ? subject.name : ''
    return { subject: subject.kind, name, permission, filter }
  })
  const { allowsAnonymous, file = null } = control
  return { hasUsers: true, file, allowsAnonymous, users: control.users(), rules: rules ?? null }
}

function putUser(control: UserControl, name: string, body: unknown): void {
  if (!USER_NAME.test(name)) throw invalid(`user '${name}' has a blank or a colon in its name`)
  const { password, groups = [] } = fieldsOf(body, ['password', 'groups'])
  if (password !== undefined && (typeof password !== 'string' || password === '')) {
    throw invalid('password is not a text')
  }
  if (!isTexts(groups)) throw invalid('groups is not a list of texts')
  if (!kept(() => control.putUser(name, password, groups))) {
    throw invalid(`user '${name}' needs a password`)
  }
}

/** A file that cannot be written is a state of the server, not a mistake of who asked. */
function kept<Answer>(change: () => Answer): Answer {
  try {
    return change()
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    throw new ConsoleError('ERR_CONSOLE_CONFLICT', error.message, { cause: error })
  }
}

/** Null: whoever is in may do everything. */
function readRules(body: unknown): AccessRule[] | undefined {
  const { rules } = fieldsOf(body, ['rules'])
  if (rules === null) return undefined
  if (!Array.isArray(rules)) throw invalid('rules is neither a list nor null')
  if (rules.length > RULES_MAX) throw invalid(`rules are ${rules.length}, more than ${RULES_MAX}`)
  return rules.map((rule: unknown, index): AccessRule => {
    const fields = fieldsOf(rule, ['subject', 'name', 'permission', 'filter'])
    const place = `rules[${index}]`
    const kind = SUBJECTS.find((one) => one === fields['subject'])
    const permission = PERMISSIONS.find((one) => one === fields['permission'])
    if (kind === undefined) throw invalid(`${place}.subject is none of ${SUBJECTS.join(', ')}`)
    if (permission === undefined) {
      throw invalid(`${place}.permission is none of ${PERMISSIONS.join(', ')}`)
    }
    const [name, filter] = [readText(fields, 'name'), readText(fields, 'filter')]
    const problem = filterProblem(filter)
    if (problem !== undefined) throw invalid(`${place}: ${problem}`)
    const isNamed = kind === 'user' || kind === 'group'
    if (isNamed && name === '') throw invalid(`${place}.name is missing`)
    const subject = isNamed ? { kind, name } : { kind }
    return { subject, permission, filter, isPattern: /%[cu]/.test(filter) }
  })
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== '')
}
