// Reads the stamp of a received message back, for whoever verifies what arrived. Payloads come from
// anybody, so nothing is taken for granted. O(length).

/** What a message tells about itself; undefined where it does not. */
export interface ReadStamp {
  readonly id: string | undefined
  readonly stream: number | undefined
  readonly seq: number | undefined
  /** Milliseconds since 1970. */
  readonly ts: number | undefined
}

const decoder = new TextDecoder()

/** Undefined when the payload is no JSON mapping. */
export function readStamp(payload: Uint8Array): ReadStamp | undefined {
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(payload))
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { id, stream, seq, ts } = value as Partial<Record<keyof ReadStamp, unknown>>
  return {
    id: typeof id === 'string' ? id : undefined,
    stream: numberOf(stream),
    seq: numberOf(seq),
    ts: numberOf(ts),
  }
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
