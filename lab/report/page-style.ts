/** Colours that people with any colour sense tell apart, on white and on black; lines differ by name, and where needed by dashes, too. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #16191d; --soft: #5b636d; --rule: #dfe3e8; --wash: #f5f7f9;
  --blue: #0068a8; --orange: #b86200; --green: #007a5e; --purple: #8a4a9e; --grey: #6b7280; --red: #c2310c;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --ink: #e8ebee; --soft: #9aa4b0; --rule: #2d333b; --wash: #1c2127;
    --blue: #62b5f0; --orange: #f0a44f; --green: #43cba4; --purple: #d09fe0; --grey: #9aa4b0; --red: #ff8264;
  }
}
* { box-sizing: border-box }
html { background: var(--paper); color: var(--ink); font: 16px/1.5 var(--sans); -webkit-text-size-adjust: 100% }
body { max-width: 1080px; margin: 0 auto; padding: 56px 32px 80px }
h1, h2, h3, h4, p, dl, dd, figure, ul, pre { margin: 0; padding: 0; font-weight: inherit }
h1 { font-size: 34px; line-height: 1.2; font-weight: 650; letter-spacing: -.018em; text-wrap: balance }
h2 { font-size: 21px; font-weight: 650; letter-spacing: -.01em; margin-bottom: 4px }
h3 { font-size: 15px; font-weight: 600 }
h3.group { margin-top: 20px; font-weight: 400; color: var(--soft); overflow-wrap: anywhere }
h4 { font-size: 14px; font-weight: 600; margin: 16px 0 4px }
.kicker { color: var(--soft); font-size: 14px; margin-bottom: 8px }
.about { color: var(--soft); max-width: 70ch; margin-top: 10px }
.says, figcaption p { color: var(--soft); font-size: 15px; max-width: 82ch }
.judgement { margin-top: 24px; padding: 12px 18px; border-left: 4px solid var(--grey); background: var(--wash) }
.judgement + .judgement { margin-top: 8px }
.judgement.good { border-color: var(--green) }
.judgement.bad { border-color: var(--red) }
.judgement strong { font-weight: 650; margin-right: 10px }
.judgement.good strong { color: var(--green) }
.judgement.bad strong { color: var(--red) }
.judgement ul { padding-left: 20px; margin-top: 4px }
.judgement p + p { margin-top: 4px }
.verdict { margin-top: 14px; max-width: 82ch }
.note { margin-top: 12px }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(124px, 1fr)); gap: 24px; margin-top: 36px }
.tiles div { padding-top: 10px; border-top: 1px solid var(--soft) }
.inside { display: grid; grid-template-columns: 112px 1fr; gap: 28px; margin-top: 24px }
.inside h3 { border-top: 1px solid var(--rule); padding-top: 10px }
.tiles.small { margin-top: 0; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)) }
.tiles.small div { border-color: var(--rule) }
.tiles.small b { font-size: 20px }
.tiles dt { font-size: 14px; color: var(--soft) }
.tiles b { display: block; font-size: 25px; line-height: 1.25; font-weight: 600; letter-spacing: -.015em; font-variant-numeric: tabular-nums; white-space: nowrap }
.tiles small { display: block; font-size: 13px; line-height: 1.35; color: var(--soft) }
figure, section { margin-top: 60px }
figcaption { display: grid; grid-template-columns: auto 1fr; gap: 2px 24px; align-items: baseline; margin-bottom: 14px }
figcaption p { grid-column: 1 / -1 }
.reading { text-align: right; font-size: 14px; font-variant-numeric: tabular-nums; min-height: 21px }
.canvas { overflow-x: auto }
svg { display: block; width: 100%; min-width: 640px; height: auto; overflow: visible }
svg text { font: 13px var(--sans); fill: var(--ink); font-variant-numeric: tabular-nums }
.grid path { stroke: var(--rule); stroke-width: 1 }
.axis text { fill: var(--soft) }
.axis path, .base { stroke: var(--soft); stroke-width: 1; fill: none }
.line { fill: none; stroke: var(--tone); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round }
.thin { fill: none; stroke: var(--tone); stroke-width: 1.25; opacity: .7 }
.dashed { stroke-dasharray: 5 4; stroke-linecap: butt }
.area { fill: var(--tone); opacity: .11 }
.bar rect { fill: var(--tone) }
.bar text { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round }
.marks text { font-weight: 600; paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round }
.marks circle { fill: var(--tone); stroke: var(--paper); stroke-width: 2 }
.whiskers path { stroke: var(--tone); stroke-width: 1.5; opacity: .55 }
.hollow { fill: var(--paper); stroke: var(--tone); stroke-width: 2 }
.solid, .range circle { fill: var(--tone) }
.bound path { stroke: var(--red); stroke-width: 1.25; stroke-dasharray: 2 3; fill: none }
.bound text { fill: var(--red) }
.warmup path { fill: var(--wash) }
.warmup text { fill: var(--soft) }
.cursor { stroke: var(--ink); stroke-width: 1; visibility: hidden; pointer-events: none }
.cursor.on { visibility: visible }
.tone-blue { --tone: var(--blue) }
.tone-orange { --tone: var(--orange) }
.tone-green { --tone: var(--green) }
.tone-purple { --tone: var(--purple) }
.tone-grey { --tone: var(--grey) }
.tone-red { --tone: var(--red) }
details { margin-top: 10px; font-size: 14px }
summary { color: var(--soft); cursor: pointer; width: fit-content }
summary:hover, summary:focus-visible { color: var(--ink) }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; margin-top: 10px }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
th, td { padding: 5px 0 5px 24px; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap; font-weight: 400 }
th:first-child, td:first-child { padding-left: 0 }
thead th { color: var(--soft); vertical-align: bottom }
.text { text-align: left }
details table { min-width: 420px }
.parts { width: 100% }
.parts th.text:first-child { white-space: normal; min-width: 160px; overflow-wrap: anywhere }
.range { width: 220px; min-width: 220px; margin-left: auto }
.meter { width: 90px; min-width: 90px }
td:has(.meter) { padding-left: 10px }
.parts .says { white-space: normal; font-size: 13px; min-width: 320px }
.facts { font-size: 15px; margin-top: 12px }
.facts div { display: grid; grid-template-columns: 140px 1fr; gap: 16px; padding: 6px 0; border-bottom: 1px solid var(--rule) }
.facts dt { color: var(--soft) }
.facts dd { overflow-wrap: anywhere }
pre, code { font: 13px/1.55 var(--mono) }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--wash); padding: 12px 16px; border-radius: 4px }
.command { margin-top: 12px }
.multiples { display: grid; grid-template-columns: repeat(auto-fit, minmax(430px, 1fr)); gap: 8px 40px }
.multiples figure { margin-top: 28px; min-width: 0 }
.multiples svg { min-width: 400px }
.multiples figcaption { grid-template-columns: 1fr; margin-bottom: 4px }
.multiples figcaption p { font-size: 14px }
.multiples .reading { grid-row: 3; text-align: left; font-size: 13px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
@media (max-width: 640px) {
  body { padding: 28px 18px 48px }
  h1 { font-size: 26px }
  .facts div { grid-template-columns: 1fr; gap: 0 }
  .multiples { grid-template-columns: 1fr }
  figcaption, .inside { grid-template-columns: 1fr }
  .inside { gap: 12px }
  .reading { text-align: left }
  .reading:empty { display: none }
}
@media print {
  :root {
    --paper: #fff !important; --ink: #000 !important; --soft: #444 !important; --rule: #ccc !important; --wash: #f3f3f3 !important;
    --blue: #0068a8 !important; --orange: #b86200 !important; --green: #007a5e !important; --purple: #8a4a9e !important;
    --grey: #6b7280 !important; --red: #c2310c !important;
    print-color-adjust: exact; -webkit-print-color-adjust: exact;
  }
  @page { margin: 14mm }
  body { padding: 0; max-width: none; font-size: 14px }
  h1 { font-size: 26px }
  figure, section, .tiles { break-inside: avoid; margin-top: 28px }
  h2, h3 { break-after: avoid }
  details:not([open]), .reading, .cursor { display: none }
  .canvas { overflow: visible }
  svg { min-width: 0 }
  .tiles { grid-template-columns: repeat(auto-fit, minmax(92px, 1fr)) }
  .tiles { gap: 12px 14px }
  .tiles b { font-size: 19px }
  .tiles.small { grid-template-columns: repeat(auto-fill, minmax(120px, 1fr)) }
  th, td, .parts .says { padding-left: 8px; font-size: 10px; min-width: 0 }
  thead th { white-space: normal }
  .range { width: 130px; min-width: 130px }
  .meter { width: 50px; min-width: 50px }
  details table { min-width: 0 }
}
`.replaceAll(/\n\s*/g, '\n')
