// From the description of a run to what runs it.

import { UsageError } from '@motewire/sdk/errors'
import { devicesInteract } from './interaction.ts'
import { RealRun } from './real-run.ts'
import type { Run, RunSpec } from './run.ts'
import { VirtualRun } from './virtual-run.ts'
import { WorkerRun } from './worker-run.ts'

/**
 * @param workers processes that share the devices; 1: this one.
 * @throws UsageError `ERR_OPTION_INVALID` for what cannot be had together, `ERR_URL_INVALID`.
 */
export function makeRun(spec: RunSpec, workers: number = 1): Run {
  const { clock, brokerUrls, durationMs, plan } = spec
  const isVirtual = clock.kind === 'virtual'
  if (isVirtual && brokerUrls.length > 0) {
    throw invalid('clock virtual', 'the embedded broker: nobody else lives in virtual time')
  }
  if (isVirtual && durationMs === undefined) throw invalid('clock virtual', 'a duration')
  if (workers > 1) {
    if (brokerUrls.length === 0 && (!isVirtual || devicesInteract(plan))) {
      const expected = isVirtual
        ? 'devices that do not subscribe to what others publish'
        : 'a broker that all workers reach'
      throw invalid(`workers ${workers}`, expected)
    }
    return new WorkerRun(spec, workers)
  }
  return isVirtual ? new VirtualRun(spec) : new RealRun(spec)
}

function invalid(what: string, expected: string): UsageError {
  return new UsageError('ERR_OPTION_INVALID', `${what} needs ${expected}`)
}
