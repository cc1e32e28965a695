import { createHash } from 'node:crypto'
import type { PackedPage } from '../../model/page.ts'
import { readPackageFile } from '../../system/package-file.ts'

/** The program and the style sheet of the page, as scripts/bundle.ts writes them. */
const SCRIPT = 'dist/page.js'
const STYLE = 'dist/page.css'

/** What marks a file as a report. */
export const GENERATOR = '<meta name="generator" content="Jobwright">'

/** Formats a page as one HTML file: its program, its style sheet and its data. It loads nothing. */
export function formatPage(page: PackedPage): string {
  const { script, style } = readAssets()
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="${getPolicy(page.live !== undefined)}">
${GENERATOR}
<title>Jobwright</title>
<style>${style}</style>
</head>
<body>
<div id="page"><p class="loading" role="status">Loading the jobs …</p></div>
<noscript><p>This page needs JavaScript. It loads nothing from the network.</p></noscript>
<script type="application/json" id="data">${escapeForScript(JSON.stringify(page))}</script>
<script>${script}</script>
</body>
</html>
`
}

/** Returns the Content-Security-Policy of a page. Nothing runs but its own program, and only a live page connects: to its server. */
export function getPolicy(isLive: boolean): string {
  const { script, style } = readAssets()
  return [
    "default-src 'none'",
    `script-src '${hash(script)}'`,
    `style-src '${hash(style)}'`,
    ...(isLive ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

/** JSON that no HTML parser can take for the end of its element. */
function escapeForScript(json: string): string {
  return json.replace(/[<\u2028\u2029]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

let assets: { readonly script: string; readonly style: string } | undefined

function readAssets(): NonNullable<typeof assets> {
  assets ??= { script: readPackageFile(SCRIPT), style: readPackageFile(STYLE) }
  return assets
}
