// The store room: what outlives the process.
export type { JournalNotice, JournalOptions } from './journal-options.ts'
export { JournalStore } from './journal-store.ts'
export type { SessionIdentity, Store, StoredMessage, StoredSession, StoreHandler } from './store.ts'
