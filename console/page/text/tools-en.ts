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
