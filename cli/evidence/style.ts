/** How a report looks: on a screen, light or dark, wide or narrow, and on paper. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1b1f24; --quiet: #57606a; --back: #fff; --box: #f4f6f8; --line: #d5dae0; --good: #116329; --bad: #a40e26; --link: #0a58ca; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e9ed; --quiet: #9aa4af; --back: #14171b; --box: #1d2228; --line: #343b44; --good: #6fdd8b; --bad: #ff8f99; --link: #7ab3ff; }
}
* { box-sizing: border-box; }
html { background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 75rem; margin: 0 auto; padding: 1.5rem; overflow-wrap: anywhere; }
header { border-bottom: 2px solid var(--line); margin-bottom: 1rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0; }
h2 { font-size: 1.2rem; margin: 0 0 .5rem; }
section { margin: 1.75rem 0; }
.kind, .lead, footer { color: var(--quiet); margin: 0 0 .5rem; }
.notice { background: var(--box); border: 1px solid var(--line); border-left: .3rem solid var(--good); padding: .8rem 1rem; }
.notice.bad { border-left-color: var(--bad); }
.notice p { margin-bottom: 0; }
p.notice { margin: 0 0 .8rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; }
dt { color: var(--quiet); }
dd { margin: 0; min-width: 0; }
.code, code, pre { font: .87em/1.5 ui-monospace, monospace; }
pre { background: var(--box); border: 1px solid var(--line); padding: .7rem .9rem; margin: .8rem 0; white-space: pre-wrap; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); white-space: pre-line; overflow-wrap: break-word; }
td .code, td a { overflow-wrap: anywhere; }
.table { overflow-x: auto; }
th { color: var(--quiet); font-weight: 600; }
a { color: var(--link); }
.good { color: var(--good); }
.bad { color: var(--bad); }
.item { border-top: 2px solid var(--line); padding-top: 1rem; }
@media (max-width: 45rem) {
  body { padding: 1rem; }
  h1 { font-size: 1.35rem; }
  dl { grid-template-columns: 1fr; }
  dd { margin-bottom: .4rem; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, td { display: block; }
  tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
  td { border: 0; padding: 0; }
  td:not(:empty)::before { content: attr(data-label) ": "; color: var(--quiet); }
}
@media print {
  :root { color-scheme: light; --text: #000; --quiet: #444; --back: #fff; --box: #fff; --line: #bbb; --good: #000; --bad: #000; --link: #000; }
  html { font-size: 10pt; }
  body { max-width: none; padding: 0; }
  h2, dl, tr { break-inside: avoid; }
  h2 { break-after: avoid; }
}
`;
