// The rules by which a link answers by itself.

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { LinkView, ReplyRule, RuleForm } from '../../../link-views.ts'
import { usePage } from '../../context.ts'
import { useAct } from '../../parts/act.tsx'
import { Card, Choice } from '../../parts/basics.tsx'
import { Field } from '../../parts/field.tsx'

const PATTERNS: Readonly<Record<RuleForm, string>> = {
  hex: '01 03 ?? 00',
  text: String.raw`PING\r\n`,
  regex: String.raw`AT\+CSQ=\d+\r\n`,
}
const EMPTY = { form: 'hex' as RuleForm, pattern: '', reply: '', delayMs: '' }

export function ReplyRules(props: {
  readonly link: LinkView
  readonly refresh: () => void
}): JSX.Element {
  const { labels, format } = usePage()
  const { id, rules, stoppedRules, replies } = props.link
  const [draft, setDraft] = useState(EMPTY)
  const { problem, run } = useAct(props.refresh)
  const put = (next: readonly ReplyRule[]): Promise<boolean> =>
    run(`links/${id}/replies`, { method: 'PUT', body: { rules: next } })
  const add = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (await put([...rules, { ...draft, delayMs: Number(draft.delayMs) }]))
      setDraft({ ...EMPTY, form: draft.form })
  }
  const hint = rules.length > 0 ? labels.repliesSent(format.exact(replies)) : undefined
  return (
    <Card title={labels.replyRules} hint={hint}>
      <form class="publish pad" onSubmit={(event) => void add(event)}>
        <RuleFields draft={draft} set={(change) => setDraft({ ...draft, ...change })} />
        <div class="field-row">
          <button type="submit" class="button">
            {labels.addRule}
          </button>
          <output class="note bad">{problem}</output>
        </div>
      </form>
      <RuleList rules={rules} stopped={stoppedRules} onChange={(next) => void put(next)} />
    </Card>
  )
}

function RuleFields(props: {
  readonly draft: typeof EMPTY
  readonly set: (change: Partial<typeof EMPTY>) => void
}): JSX.Element {
  const { labels } = usePage()
  const { draft, set } = props
  const isHex = draft.form === 'hex'
  const hints: Readonly<Record<RuleForm, string>> = {
    hex: labels.replyRulesHint,
    text: labels.replyTextHint,
    regex: labels.replyRegexHint,
  }
  return (
    <>
      <p class="muted">{hints[draft.form]}</p>
      <div class="field-row">
        <Choice
          label={labels.format}
          value={draft.form}
          options={[
            { value: 'hex', text: labels.hex },
            { value: 'text', text: labels.text },
            { value: 'regex', text: labels.ruleRegex },
          ]}
          onChange={(form) => set({ form })}
        />
      </div>
      <div class="field-grid">
        <Field
          label={labels.pattern}
          value={draft.pattern}
          placeholder={PATTERNS[draft.form]}
          required
          onInput={(pattern) => set({ pattern })}
        />
        <Field
          label={labels.reply}
          value={draft.reply}
          placeholder={isHex ? '01 03 02 00 2a' : String.raw`PONG\r\n`}
          required
          onInput={(reply) => set({ reply })}
        />
        <Field
          label={labels.afterMs}
          value={draft.delayMs}
          placeholder="0"
          onInput={(delayMs) => set({ delayMs })}
        />
      </div>
    </>
  )
}

function RuleList(props: {
  readonly rules: readonly ReplyRule[]
  readonly stopped: readonly number[]
  readonly onChange: (rules: readonly ReplyRule[]) => void
}): JSX.Element {
  const { labels } = usePage()
  const { rules, stopped, onChange } = props
  return (
    <ul class="filters reply-rules">
      {rules.map((rule, index) => (
        <li key={`${index} ${rule.pattern}`}>
          <b class="mono">
            {rule.pattern} → {rule.reply}
          </b>
          {stopped.includes(index) && <span class="note bad">{labels.ruleStopped}</span>}
          <span class="muted numbers">
            {rule.delayMs} {labels.unitMs}
          </span>
          <button
            type="button"
            class="button small"
            onClick={() => onChange(rules.filter((_, at) => at !== index))}
          >
            {labels.remove}
          </button>
        </li>
      ))}
    </ul>
  )
}
