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
}

/** These texts in one language. */
export type ToolLabels = {
  readonly [Key in keyof typeof toolsEn]: (typeof toolsEn)[Key] extends string
    ? string
    : (typeof toolsEn)[Key]
}
