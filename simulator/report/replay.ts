// What a report holds to do its run again. Only a run in virtual time that went to its end is the
// same each time. Plain data.

/** The scenario and what the command line said besides; the seed is the report's. */
export interface Replay {
  /** Scenario file, as it was named. */
  readonly file: string
  /** In place of the file's own, written as there. */
  readonly devices?: string
  readonly duration?: string
  readonly only?: readonly string[]
  /** Link profile of groups that have no link. */
  readonly link?: string
  /** Whether a subscriber verified what arrived. */
  readonly verify?: boolean
}
