import { CODES, type Code, getPageCode, type PageCode } from '../model/codes.ts'
import { readPackageFile } from '../system/package-file.ts'

/** The page of one code: its meaning, an example, and what to do. */
export type Page = {
  readonly code: PageCode
  /** One line. */
  readonly summary: string
  /** The whole page, in Markdown. */
  readonly text: string
}

/** Lists the codes that have a page in this package, sorted. */
export function listPageCodes(): PageCode[] {
  return (Object.keys(CODES) as PageCode[]).sort()
}

/** Reads the page of a code. An error in jobwright.yaml uses the page of the same error in a spec. */
export function readPageOfCode(code: Code): Page {
  const name = getPageCode(code)
  const text = readPackageFile(`docs/errors/${name}.md`)
  const summary = /^# .*\n\n(.+)\n/.exec(text)?.[1] ?? ''
  return { code: name, summary, text }
}

/** Formats the URL of a code's page. */
export function formatPageUri(code: PageCode): string {
  return `https://jobwright.dev/errors/${code}`
}
