/** The style sheet of a report: for a telephone first, in light and dark, and on paper. */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --text: #1c2430; --soft: #55606f; --line: #d5dae1; --code: #f0f2f5;
  --ok: #1a7f37; --blocked: #c62828; --unknown: #8a5a00; --away: #6b7684; --accent: #0b5cad;
  --blocked-soft: #fdecec; --seen-soft: #e8f1fb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10151b; --card: #181f27; --text: #e4e9ef; --soft: #a3afbd; --line: #2f3a46; --code: #0c1116;
    --ok: #4cc26a; --blocked: #ff7b72; --unknown: #e3b341; --away: #8b97a5; --accent: #6cb6ff;
    --blocked-soft: #3a1d1f; --seen-soft: #14283d;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1rem; max-width: 62rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  overflow-wrap: anywhere; -webkit-text-size-adjust: 100%;
}
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .75rem; }
h3 { font-size: 1rem; margin: 0 0 .5rem; }
p { margin: 0 0 .75rem; }
ul { margin: 0 0 .75rem; padding-left: 1.2rem; }
a { color: var(--accent); }
code, pre, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875em; }
pre {
  margin: .25rem 0 .75rem; padding: .6rem .75rem; background: var(--code); border: 1px solid var(--line);
  border-radius: .4rem; overflow-x: auto; white-space: pre-wrap; user-select: all;
}
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem .75rem; margin: 0; font-size: .875rem; }
dt { color: var(--soft); }
dd { margin: 0; }
.soft { color: var(--soft); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .9rem 1rem; margin: 0 0 1rem; }
.verdict { font-size: 1.1rem; border-left: .35rem solid var(--away); }
.pill { display: inline-block; padding: 0 .6rem; border: 1px solid currentColor; border-radius: 1rem; font-size: .875rem; font-weight: 600; }
.ok, .ok .state { color: var(--ok); }
.blocked, .blocked .state { color: var(--blocked); }
.unknown, .unknown .state { color: var(--unknown); }
.not-reached, .not-reached .state { color: var(--away); }
.verdict.ok, .verdict.blocked, .verdict.unknown { border-left-color: currentColor; }
.verdict p { color: var(--text); margin: 0; }
.finding { border-left: .35rem solid var(--away); }
.finding.blocker { border-left-color: var(--blocked); }
.finding.warning { border-left-color: var(--unknown); }
.label { font-size: .8rem; font-weight: 600; color: var(--soft); margin: .5rem 0 .15rem; text-transform: uppercase; letter-spacing: .04em; }
svg { display: block; }
.way { list-style: none; margin: 0; padding: 0; }
.way .place { border: 1px solid var(--line); border-radius: .6rem; background: var(--card); padding: .5rem .75rem .25rem; margin: 0; }
.way .place > h3 { margin: 0 0 .25rem; color: var(--soft); font-size: .875rem; }
.way ol { list-style: none; margin: 0; padding: 0; }
.way .gap { height: 1rem; margin-left: 1.45rem; border-left: 2px solid var(--line); }
.hop { display: grid; grid-template-columns: 1.5rem 1fr; gap: 0 .6rem; color: var(--text); position: relative; padding-bottom: .55rem; }
.hop::before { content: ""; position: absolute; left: .72rem; top: 1.4rem; bottom: 0; border-left: 2px solid var(--line); }
.hop:last-child::before { display: none; }
.hop .state { padding-top: .1rem; }
.hop .name { font-weight: 600; }
.hop.blocked > div { background: var(--blocked-soft); border-radius: .4rem; padding: .1rem .5rem .35rem; margin-left: -.5rem; }
.hop.not-reached .name, .hop.not-reached .soft { color: var(--away); font-weight: 400; }
.hop .evidence { font-size: .875rem; color: var(--soft); }
.hop.blocked .evidence { color: var(--text); }
.seen { display: inline-block; background: var(--seen-soft); color: var(--accent); border-radius: .4rem; padding: 0 .5rem; font-size: .8125rem; font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; padding: 0; font-size: .875rem; }
.legend li { display: flex; gap: .35rem; align-items: center; }
details > summary { cursor: pointer; color: var(--accent); margin: .75rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
caption { text-align: left; color: var(--soft); padding-bottom: .4rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem .3rem 0; border-bottom: 1px solid var(--line); }
th, .result, .number, .keep { white-space: nowrap; overflow-wrap: normal; }
th { color: var(--soft); font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.stops td { background: var(--blocked-soft); }
tr.behind { color: var(--away); }
tr.behind td.result { font-style: italic; }
footer { margin-top: 2rem; padding-top: .75rem; border-top: 1px solid var(--line); font-size: .875rem; color: var(--soft); }
@media (max-width: 40rem) {
  table, caption, tbody, tr { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { padding: .4rem 0; border-bottom: 1px solid var(--line); }
  tr.stops { background: var(--blocked-soft); border-radius: .4rem; padding: .4rem .5rem; }
  tr.stops td { background: none; }
  td { display: inline-block; border: 0; padding: 0 .6rem 0 0; }
  td.wide { display: block; }
  .number { text-align: left; }
  .keep { white-space: normal; }
}
@media print {
  :root {
    color-scheme: light;
    --page: #ffffff; --card: #ffffff; --text: #000000; --soft: #444444; --line: #bbbbbb; --code: #ffffff;
    --ok: #1a7f37; --blocked: #b00020; --unknown: #7a4f00; --away: #555555; --accent: #00408a;
    --blocked-soft: #ffffff; --seen-soft: #ffffff;
  }
  body { max-width: none; padding: 0; font-size: 10pt; }
  .card, .hop, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
`;
