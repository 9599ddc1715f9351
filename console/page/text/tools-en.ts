// The texts in English of the tools of the workbench: charts and scripts.

export const toolsEn = {
  chart: 'Chart',
  chartHint: 'Numbers in the messages that come in, over time.',
  chartSeries: 'What is drawn',
  chartFilter: 'Topic or filter',
  chartPath: 'Field, such as a.b[0].c',
  wholePayload: 'the whole payload',
  addSeries: 'Draw',
  removeSeries: (name: string) => `Draw ${name} no more`,
  saveCsv: 'Save as CSV',
  noNumbers: 'No message with such a number has come in yet.',
  pointsLeftOut: (count: string) => `${count} points came too fast and are left out.`,

  recordings: 'Recordings',
  recordingsHint: 'Messages with their times, kept by the console.',
  recordedFilter: 'Filter that is recorded',
  record: 'Record',
  recordNeedsFilter: 'Subscribe to a filter to record what comes by it.',
  fromFile: 'From a file',
  recordingRuns: 'records',
  recordingFull: 'full',
  recordingEnded: 'ended',
  recordedCount: (count: string) => `${count} messages`,
  replay: 'Replay',
  replayTo: 'To the connection',
  replaySpeed: 'Pace',
  speedOwn: 'as it was',
  speedTimes: (times: string) => `${times} times faster`,
  speedMost: 'as fast as possible',
  topicPrefix: 'Before each topic',
  stopReplay: 'Stop the replay',
  replayedOf: (sent: string, total: string) => `${sent} of ${total} replayed`,
  replayFailed: (count: string) => `${count} failed`,
  copyRetainedTitle: (path: string) => `Copy the retained messages of ${path}`,
  copyRetainedText: 'All that the broker retains at and below it, also what was not heard here.',
  copyTo: 'To the broker of',
  copying: 'Copying …',
  copiedCount: (count: string) => `${count} messages copied.`,

  script: 'Script',
  scriptHint: 'JavaScript on this connection, in a worker that reaches nothing else.',
  scriptName: 'Name of the script',
  scriptSource: 'publish, subscribe, onMessage, every, log, assert',
  savedScripts: 'Saved scripts',
  saveScript: 'Save script',
  run: 'Run',
  runAgain: 'Run again',
  scriptRuns: 'runs',
  scriptRests: 'does not run',
  scriptLog: 'What the script said',
  scriptLine: (line: string) => `Line ${line}`,
  scriptUnloaded: 'The browser did not start the worker.',
  scriptStuck: 'It did not come back for three seconds and was stopped.',
  scriptFlood: 'It said more than 2,000 things in a second and was stopped.',
  scriptActions: 'It wanted more than 50 publishes a second and was stopped.',
  scriptHandlers: 'It wanted more than 8 handlers and was stopped.',
}

/** These texts in one language. */
export type ToolLabels = {
  readonly [Key in keyof typeof toolsEn]: (typeof toolsEn)[Key] extends string
    ? string
    : (typeof toolsEn)[Key]
}
