import { CODES, type Code, getPageCode, type PageCode } from '../model/codes.ts'
import { readPackageFile } from '../system/package-file.ts'

/** The page of one code: what it means, an example, what to do. */
export type Page = {
  readonly code: PageCode
  /** One line. */
  readonly summary: string
  /** All of it, in Markdown. */
  readonly text: string
}

/** The codes that have a page in this package, sorted. */
export function listPageCodes(): PageCode[] {
  return (Object.keys(CODES) as PageCode[]).sort()
}

/** The page of a code: its own, or for a mistake in jobwright.yaml that of the same mistake in a spec. */
export function readPageOfCode(code: Code): Page {
  const name = getPageCode(code)
  const text = readPackageFile(`docs/errors/${name}.md`)
  const summary = /^# .*\n\n(.+)\n/.exec(text)?.[1] ?? ''
  return { code: name, summary, text }
}

/** Where a code's page is on the web. */
export function formatPageUri(code: PageCode): string {
  return `https://jobwright.dev/errors/${code}`
}
