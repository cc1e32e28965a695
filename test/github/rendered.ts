import { marked } from 'marked'

/** What a reader of rendered Markdown could be led to, or woken by. */
export type Active = {
  readonly links: readonly string[]
  readonly tags: readonly string[]
  readonly spoken: readonly string[]
}

/** What GitHub turns into links in rendered text: mentions, issues, commits, addresses. Code and links are left out. */
const SPOKEN =
  /(?<!\w)@[a-z\d][\w-]*|(?<![\w&])#\d+|\bGH-\d+|https?:\/\/\S+|\bwww\.\S+|(?<![\w-])(?!\d{12}(?!\w))[0-9a-f]{7,40}(?![\w-])/gi

/** Renders GitHub-flavoured Markdown and gives what is active in it. */
export function findActive(markdown: string): Active {
  const html = marked.parse(markdown, { gfm: true, async: false })
  const text = html
    .replace(/<(pre|code|a)\b[^>]*>[\s\S]*?<\/\1>/g, ' ')
    .replace(/<!--[\s\S]*?-->/g, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#(\d+);/g, (_found, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&amp;', '&')
  return {
    links: [...html.matchAll(/<a\b[^>]*\bhref="([^"]*)"/g)].map(([, href = '']) => href),
    tags: [...new Set([...html.matchAll(/<([a-z][a-z\d]*)/gi)].map(([, tag = '']) => tag.toLowerCase()))].sort(),
    spoken: [...text.matchAll(SPOKEN)].map(([found]) => found),
  }
}
