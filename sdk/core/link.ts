// The states of a client's link and every transition between them, as one table. It does not know
// what is done on a transition: session.ts does that.
//
//   idle ─start─► dialing ─open─► greeting ─accept─► online
//                  ▲   └──────────lost/refused──────────┐ │lost
//                  └──due── waiting ◄───────────────────┴─┘      any ─end─► ended

export type LinkState = 'idle' | 'waiting' | 'dialing' | 'greeting' | 'online' | 'ended'
export type LinkEvent = 'start' | 'due' | 'open' | 'accept' | 'lost' | 'end'

const TRANSITIONS: Readonly<Record<LinkState, Partial<Record<LinkEvent, LinkState>>>> = {
  idle: { start: 'dialing', end: 'ended' },
  waiting: { due: 'dialing', start: 'dialing', end: 'ended' },
  dialing: { open: 'greeting', lost: 'waiting', end: 'ended' },
  greeting: { accept: 'online', lost: 'waiting', end: 'ended' },
  online: { lost: 'waiting', end: 'ended' },
  ended: {},
}

/** The state after `event`; undefined when the event means nothing in this state. */
export function nextLinkState(state: LinkState, event: LinkEvent): LinkState | undefined {
  return TRANSITIONS[state][event]
}
