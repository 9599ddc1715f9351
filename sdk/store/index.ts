// The store room: what outlives the process.
export type { SessionIdentity, Store, StoredMessage, StoredSession, StoreHandler } from './store.ts'
