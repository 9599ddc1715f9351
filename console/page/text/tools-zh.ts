// The texts in Chinese of the tools of the workbench: charts and scripts.

import type { ToolLabels } from './tools-en.ts'

export const toolsZh: ToolLabels = {
  chart: '曲线图',
  chartHint: '收到的消息中的数值随时间的变化。',
  chartSeries: '绘制内容',
  chartFilter: '主题或过滤器',
  chartPath: '字段，例如 a.b[0].c',
  wholePayload: '整个载荷',
  addSeries: '绘制',
  removeSeries: (name) => `不再绘制 ${name}`,
  saveCsv: '保存为 CSV',
  noNumbers: '还没有收到带有这个数值的消息。',
  pointsLeftOut: (count) => `有 ${count} 个点来得太快，没有画出。`,
}
