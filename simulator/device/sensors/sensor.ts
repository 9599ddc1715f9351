// The sensor contract: where the numbers of a field come from. Sensors know neither names nor
// formats. A new kind is a file beside this one and a line in create.ts.

export interface Sensor {
  /**
   * The reading at `elapsedMs` since the run began. Called once a message, with rising times.
   * Sensors over a list of values answer the position in that list.
   */
  sample(elapsedMs: number): number
}
