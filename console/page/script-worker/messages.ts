// What the page and the worker that runs a script say to each other. Pure types.

/** From the page. */
export type ToWorker =
  | { readonly kind: 'run'; readonly source: string }
  /** A message for the handler with this number. */
  | {
      readonly kind: 'message'
      readonly handler: number
      readonly topic: string
      readonly payload: Uint8Array
      readonly qos: number
      readonly retain: boolean
    }
  /** Answered at once, unless the script does not come back. */
  | { readonly kind: 'ping' }
  /** How an action ended; null: well. */
  | { readonly kind: 'done'; readonly action: number; readonly problem: string | null }

/** What a script asks to be done on its connection. */
export type ScriptAction =
  | {
      readonly what: 'publish'
      readonly topic: string
      /** A text, or bytes in Base64. */
      readonly payload: string
      readonly encoding: 'text' | 'base64'
      readonly qos: number
      readonly retain: boolean
    }
  | { readonly what: 'subscribe'; readonly filter: string; readonly qos: number }

/** From the worker. A script can forge all of it: the page checks and bounds what it takes. */
export type FromWorker =
  | { readonly kind: 'handler'; readonly handler: number; readonly filter: string }
  | { readonly kind: 'action'; readonly action: number; readonly wish: ScriptAction }
  | { readonly kind: 'log'; readonly text: string }
  /** The script threw; the line counts from 1, 0 where it is not known. */
  | { readonly kind: 'error'; readonly text: string; readonly line: number }
  /** Also once the worker is there. */
  | { readonly kind: 'pong' }

/** What a script may have forged: nothing but the kind is what it seems. */
export type Untrusted<Message> = Message extends { readonly kind: infer Kind }
  ? { readonly [Key in keyof Message]: Key extends 'kind' ? Kind : unknown }
  : never
