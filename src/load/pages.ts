import fs from 'node:fs'

/** The page of one code: what it means, an example, what to do. */
export type Page = {
  readonly code: string
  /** One line. */
  readonly summary: string
  /** All of it, in Markdown. */
  readonly text: string
}

const FOLDER = new URL('../../docs/errors/', import.meta.url)

/** The codes that have a page in this package, sorted. */
export function pageCodes(): string[] {
  return fs
    .readdirSync(FOLDER)
    .filter((file) => /^[A-Z0-9_]+\.md$/.test(file) && file !== 'README.md')
    .map((file) => file.slice(0, -'.md'.length))
    .sort()
}

/**
 * The page of a code; undefined where there is none. A mistake in jobwright.yaml has the code of the same mistake in a spec under another
 * prefix, and its page.
 */
export function pageOf(code: string): Page | undefined {
  const codes = pageCodes()
  const name = [code, code.replace(/^CONFIG_/, 'SPEC_')].find((one) => codes.includes(one))
  if (name === undefined) return undefined
  const text = fs.readFileSync(new URL(`${name}.md`, FOLDER), 'utf8')
  const summary = /^# .*\n\n(.+)\n/.exec(text)?.[1] ?? ''
  return { code: name, summary, text }
}

/** Where a code's page is on the web. */
export function pageUri(code: string): string {
  return `https://jobwright.dev/errors/${code}`
}
