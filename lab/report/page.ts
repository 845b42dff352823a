import { createHash } from 'node:crypto'
import { html, Markup, type Part } from './markup.ts'
import { pageScript } from './page-script.ts'
import { pageStyle } from './page-style.ts'

/**
 * One file that needs nothing else, from a disk as well as from a server. The browser is told so: it loads nothing, and runs and
 * paints with exactly what stands here.
 */
export const pageHtml = (title: string, body: Part): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src '${hashOf(pageStyle)}'; script-src '${hashOf(pageScript)}'; img-src data:; base-uri 'none'; form-action 'none'"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="icon" href="data:," />
        <title>${title}</title>
        ${new Markup(`<style>${pageStyle}</style>`)}
      </head>
      <body>
        ${body} ${new Markup(`<script>${pageScript}</script>`)}
      </body>
    </html> `.toString()

const hashOf = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`
