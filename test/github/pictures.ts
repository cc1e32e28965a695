/**
 * Renders sample comments and summaries as GitHub shows them, in light and dark, for people to look at.
 * `tsx test/github/pictures.ts FOLDER` writes an HTML page and a PNG for each; it needs Chromium in PATH.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { marked } from 'marked'
import { formatRunMarkdown, type PageOptions } from '../../src/report/markdown/run-markdown.ts'
import { createHostileReport, idleReport, planReport, runReport } from '../report/samples.ts'

const folder = path.resolve(process.argv[2] ?? '.pictures')
const css = (theme: string): string =>
  fs.readFileSync(
    new URL(`../../node_modules/github-markdown-css/github-markdown-${theme}.css`, import.meta.url),
    'utf8',
  )
const links = {
  linkFile: (file: string, line: number | undefined) => `https://github.example/${encodeURIComponent(file)}#L${line}`,
  runUrl: 'https://github.example/runs/1',
}
const comment: PageOptions = {
  maxBytes: 65_536,
  isCollapsed: true,
  withRequests: false,
  marker: '<!-- x -->',
  ...links,
}
const summary: PageOptions = { maxBytes: 1_000_000, isCollapsed: false, withRequests: true, linkFile: links.linkFile }
const hostile = createHostileReport('@admins #1 <b>x</b> `y` [a](b) | *z* https://evil.example')
const pages: Readonly<Record<string, string>> = {
  'plan-comment': formatRunMarkdown(planReport, comment),
  'plan-summary': formatRunMarkdown(planReport, summary),
  'plan-opened-summary': formatRunMarkdown(planReport, summary).replaceAll('<details>', '<details open>'),
  'run-summary': formatRunMarkdown(runReport, summary),
  'idle-comment': formatRunMarkdown(idleReport, comment),
  'hostile-summary': formatRunMarkdown(hostile, summary),
}

fs.mkdirSync(folder, { recursive: true })
for (const theme of ['light', 'dark']) {
  for (const [name, markdown] of Object.entries(pages)) {
    const width = name.endsWith('comment') ? 760 : 1100
    const back = theme === 'dark' ? '#0d1117' : '#ffffff'
    const html = `<!doctype html><meta charset="utf-8"><style>${css(theme)} body { margin: 0; background: ${back} } .markdown-body { padding: 16px; max-width: ${width}px; font-size: 14px }</style><article class="markdown-body">${marked.parse(markdown, { gfm: true, async: false })}</article>`
    const file = path.join(folder, `${name}-${theme}`)
    fs.writeFileSync(`${file}.html`, html)
    const options = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--hide-scrollbars',
      `--window-size=${width + 40},1500`,
    ]
    execFileSync('chromium', [...options, `--screenshot=${file}.png`, `file://${file}.html`], { stdio: 'ignore' })
  }
}
