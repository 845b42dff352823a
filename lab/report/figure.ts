import { html, type Markup } from './markup.ts'
import { at, type Frame } from './drawing.ts'

/** What a pointer reads off a drawing: at this x these words. */
export type Reading = readonly [x: number, text: string]

export type Figure = {
  /** Unique in the page. */
  id: string
  title: string
  /** What the drawing says, in words: below the title, and for whoever cannot see it. */
  says: string
  frame: Frame
  drawing: Markup
  /** Of its heading; 2 unless told. */
  level?: 2 | 3
  readings?: readonly Reading[]
  /** The same in numbers. */
  table: Markup
}

export const figureHtml = ({ id, title, says, frame, drawing, level = 2, readings = [], table }: Figure): Markup => {
  const { width, height, top, bottom } = frame
  const read = readings.length > 0 && html` data-readings="${JSON.stringify(readings.map(([x, text]) => [Math.round(x), text]))}"`
  const heading = level === 2 ? html`<h2 id="${id}-title">${title}</h2>` : html`<h3 id="${id}-title">${title}</h3>`
  return html`<figure id="${id}">
    <figcaption>
      ${heading}<output class="reading" aria-hidden="true"></output>
      <p id="${id}-says">${says}</p>
    </figcaption>
    <div class="canvas">
      <svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-says" ${read}>
        ${drawing} ${readings.length > 0 && html`<path class="cursor" d="M0 ${at(top)}V${at(bottom)}" />`}
      </svg>
    </div>
    <details>
      <summary>${title} in numbers</summary>
      <div class="canvas">${table}</div>
    </details>
  </figure> `
}

/** A table; columns of which `text` is true hold words, the others numbers. */
export const tableHtml = (
  caption: string,
  columns: readonly { name: string; text?: boolean }[],
  rows: readonly (readonly (Markup | string)[])[],
): Markup =>
  html`<table>
    <caption>
      ${caption}
    </caption>
    <thead>
      <tr>
        ${columns.map(({ name, text }) => html`<th scope="col" ${text && html` class="text"`}>${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${row.map((cell, c) => (c === 0 ? html`<th scope="row" ${columns[c]?.text && html` class="text"`}>${cell}</th>` : html`<td${columns[c]?.text && html` class="text"`}>${cell}</td>`))}
          </tr> `,
      )}
    </tbody>
  </table>`
