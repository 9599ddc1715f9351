// Every bound of the scenario language, in one place: what a file may ask for at most. Each is a
// guard against a slip of the keyboard (a missing unit, a zero too many), not a measured ceiling
// of the machine. docs/scenario.md lists them.

/** Length of a scenario file, UTF-8. Worst case in memory while reading: about 30 times that. */
export const FILE_BYTES_MAX: number = 1 << 20
/** Devices of the whole fleet, over all shards. */
export const DEVICES_MAX = 1_000_000
export const GROUPS_MAX = 1_000
/** The largest `count` and `weight` of one group. */
export const SHARE_MAX: number = DEVICES_MAX
/** Broker URLs of one scenario. */
export const BROKERS_MAX = 256
/** Streams of one group. */
export const STREAMS_MAX = 64
/** Subscriptions of one group. */
export const SUBSCRIPTIONS_MAX = 64
/** Fields of one payload. */
export const FIELDS_MAX = 64
/** Values of one `step` sensor. */
export const VALUES_MAX = 256
/** Characters of a group's or a field's name. */
export const NAME_LENGTH_MAX = 64
/** Characters of a text value in a payload. */
export const TEXT_LENGTH_MAX = 256
/** Characters of a template before it is filled in. */
export const TEMPLATE_LENGTH_MAX = 1_024
/** Placeholders of one template. Filled in, no template can outgrow the 65,535 bytes of MQTT. */
export const PLACEHOLDERS_MAX = 8
/** The shortest time between two messages of one stream. */
export const PERIOD_MS_MIN = 10
/** The longest duration of any kind: ten years. */
export const DURATION_MS_MAX: number = 3_650 * 86_400_000
/** Device starts a second. */
export const RATE_PER_SECOND_MAX = 100_000
/** Simulated seconds in a real one, for `scaled` clocks. */
export const CLOCK_FACTOR_MAX = 100_000
/** Magnitude of every number that a sensor is given. */
export const MAGNITUDE_MAX = 1e12
export const DECIMALS_MAX = 9
/** Devices of one Sparkplug node. */
export const SPARKPLUG_DEVICES_MAX = 64
/** Readings of one message. */
export const BATCH_MAX = 1_000
/** Messages of one burst. */
export const BURST_MAX = 1_000
/** Bytes, numbers and checksums of a binary payload. */
export const SLOTS_MAX = 64
/** Bytes of one file that a scenario names: CSV. */
export const DATA_FILE_BYTES_MAX: number = 32 << 20
/** Rows of one file that a scenario names. */
export const ROWS_MAX = 1_000_000
/** Waypoints of one track. */
export const WAYPOINTS_MAX = 10_000
/** Outages of one link, faults of one scenario, resets and unplugs of one line. */
export const FAULTS_MAX = 100
/** Bytes of a chip's output between resets: a day at 115,200 baud. */
export const RESET_BYTES_MAX = 1_000_000_000
/** Arguments of a program that emulates a board, with its name. */
export const ARGUMENTS_MAX = 100
/** Stages of one scenario. */
export const STAGES_MAX = 100
/** Times the usual rate of messages. */
export const LOAD_MAX = 1_000
/** Thresholds of one scenario. */
export const THRESHOLDS_MAX = 100
/** Lines that one ScenarioError tells; more are only counted. */
export const PROBLEMS_MAX = 100
