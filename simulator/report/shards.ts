// What a report tells about the fleet that its run was a part of, so that the reports of all parts
// can be merged and a missing one be named. Plain data.

export interface ShardNumber {
  readonly index: number
  readonly count: number
}

export interface FleetShape {
  readonly devices: number
  /** In the order in which devices are numbered; `clientId` is a template. */
  readonly groups: readonly {
    readonly name: string
    readonly devices: number
    readonly clientId: string
  }[]
}

export interface ShardsMerged {
  readonly count: number
  readonly present: readonly number[]
  readonly missing: readonly MissingShard[]
}

export interface MissingShard {
  readonly index: number
  readonly devices: number
  /** `room: 33 devices, room-0002 to room-0098`, a text a group. */
  readonly names: readonly string[]
}
