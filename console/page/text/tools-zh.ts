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

  script: '脚本',
  scriptHint: '在此连接上运行的 JavaScript，位于无法访问其他内容的 Worker 中。',
  scriptName: '脚本名称',
  scriptSource: 'publish、subscribe、onMessage、every、log、assert',
  savedScripts: '已保存的脚本',
  saveScript: '保存脚本',
  run: '运行',
  runAgain: '重新运行',
  scriptRuns: '运行中',
  scriptRests: '未运行',
  scriptLog: '脚本输出',
  scriptLine: (line) => `第 ${line} 行`,
  scriptUnloaded: '浏览器没有启动 Worker。',
  scriptStuck: '脚本三秒没有返回，已停止。',
  scriptFlood: '脚本一秒内输出超过 2,000 条，已停止。',
  scriptActions: '脚本每秒发布超过 50 次，已停止。',
  scriptHandlers: '脚本的处理函数超过 8 个，已停止。',
}
