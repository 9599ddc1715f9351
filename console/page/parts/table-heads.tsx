// The heads of a table whose order does not change.

import type { JSX } from 'preact'

export interface Head {
  readonly text: string
  /** `number` to the right; `middle` and `wide` where there is room only. */
  readonly class?: string
}

/** @param props.hasActions whether a column of buttons without a head follows. */
export function TableHeads(props: {
  readonly heads: readonly Head[]
  readonly hasActions?: boolean
}): JSX.Element {
  return (
    <thead>
      <tr>
        {props.heads.map((head) => (
          <th scope="col" class={head.class} key={head.text}>
            {head.text}
          </th>
        ))}
        {props.hasActions === true && <th scope="col" />}
      </tr>
    </thead>
  )
}
