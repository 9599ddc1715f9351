// What the broker's pages show where none runs in the process.

import type { JSX } from 'preact'
import { usePage } from '../context.ts'
import { Empty, PageHead } from '../parts/basics.tsx'

export function NoBroker({ title }: { readonly title: string }): JSX.Element {
  const { labels } = usePage()
  return (
    <>
      <PageHead title={title} />
      <section class="card">
        <Empty
          title={labels.noBroker}
          hint={labels.noBrokerHint}
          commands={['motewire broker --console-port 8080']}
        />
      </section>
    </>
  )
}
