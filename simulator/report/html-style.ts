// The look of the HTML report: one style sheet, colours by role, light and dark by the reader's
// setting. System fonts only, because the file must need no network.

export const HTML_STYLE = `
:root { color-scheme: light dark; --bg:#f6f7f9; --card:#fff; --text:#1a1f2b; --soft:#5c6575;
  --line:#e3e7ee; --s0:#2563eb; --s1:#0d9488; --s2:#d97706; --s3:#dc2626; --good:#15803d;
  --bad:#b91c1c; --doubt:#b45309 }
@media (prefers-color-scheme: dark) { :root { --bg:#10141b; --card:#181e28; --text:#e7ebf2;
  --soft:#9aa5b6; --line:#2a3240; --s0:#6ea8fe; --s1:#2dd4bf; --s2:#fbbf24; --s3:#f87171;
  --good:#4ade80; --bad:#f87171; --doubt:#fbbf24 } }
* { box-sizing:border-box }
body { margin:0; background:var(--bg); color:var(--text);
  font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif }
main { max-width:1180px; margin:0 auto; padding:28px 20px 60px }
header { display:flex; align-items:center; gap:14px; flex-wrap:wrap }
h1 { font-size:26px; line-height:1.2; margin:0; letter-spacing:-.01em }
h2 { font-size:15px; margin:0 0 10px; font-weight:600 }
.pill { font-size:13px; font-weight:700; letter-spacing:.05em; padding:3px 12px;
  border-radius:99px; border:1.5px solid currentColor }
.passed { color:var(--good) } .failed { color:var(--bad) } .invalid { color:var(--doubt) }
.facts { color:var(--soft); margin:6px 0 20px; overflow-wrap:anywhere }
.facts b { color:var(--text); font-weight:500 }
.card { background:var(--card); border:1px solid var(--line); border-radius:10px;
  padding:16px 18px }
.grid2 { display:grid; grid-template-columns:repeat(auto-fit,minmax(min(100%,460px),1fr)); gap:14px;
  margin-top:14px }
.tiles { display:grid; grid-template-columns:repeat(auto-fit,minmax(140px,1fr)); gap:12px }
.tiles .n { font-size:24px; font-weight:650; font-variant-numeric:tabular-nums; line-height:1.25 }
.tiles .w { color:var(--soft); font-size:13px }
.reasons { border-left:4px solid var(--bad); margin:0 0 14px }
.reasons.invalid { border-left-color:var(--doubt); color:var(--text) }
.reasons.failed { color:var(--text) }
.reasons ul { margin:0; padding-left:18px }
.scroll { overflow-x:auto }
table { border-collapse:collapse; width:100%; font-variant-numeric:tabular-nums; font-size:14px }
th { text-align:right; color:var(--soft); font-weight:500; font-size:13px }
th,td { padding:5px 0 5px 18px; border-bottom:1px solid var(--line); text-align:right;
  white-space:nowrap }
th:first-child,td:first-child { text-align:left; padding-left:0; white-space:normal }
tr:last-child td { border-bottom:0 }
td.name { overflow-wrap:anywhere } code { font:13px ui-monospace,Menlo,Consolas,monospace }
figure { margin:0 } svg { width:100%; height:auto; display:block; overflow:visible }
figcaption { font-weight:600; font-size:15px; display:flex; gap:14px; flex-wrap:wrap;
  align-items:baseline; margin-bottom:6px }
.key { font-weight:400; font-size:13px; color:var(--soft) }
.key::before { content:""; display:inline-block; width:10px; height:10px; border-radius:3px;
  margin-right:6px; background:currentColor }
.key.s0::before { color:var(--s0) } .key.s1::before { color:var(--s1) }
.key.s2::before { color:var(--s2) } .key.s3::before { color:var(--s3) }
.grid { stroke:var(--line); stroke-width:1 } .tick { fill:var(--soft); font-size:11px }
.line { fill:none; stroke-width:1.8; stroke-linejoin:round }
.line.s0 { stroke:var(--s0) } .line.s1 { stroke:var(--s1) } .line.s2 { stroke:var(--s2) }
.line.s3 { stroke:var(--s3) } .area { fill:var(--s0); opacity:.12 } .bar { fill:var(--s0) }
.hover { fill:transparent } .hover:hover { fill:var(--soft); opacity:.14 }
footer { color:var(--soft); font-size:13px; margin-top:24px; overflow-wrap:anywhere }
@media print { body { background:#fff } .card { break-inside:avoid } }
`
