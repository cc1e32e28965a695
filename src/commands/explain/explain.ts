import { suggestClosest } from '../../documents/hints/suggest.ts'
import { listPageCodes, type Page, readPageOfCode } from '../../load/error-pages.ts'
import { isCode } from '../../model/codes.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import { Problem } from '../../model/problem.ts'
import { suggest } from '../../model/remedy.ts'
import { padText } from '../../report/width.ts'
import type { Host } from '../../session/host.ts'

/** `jobwright explain [CODE]`: lists all codes, or prints the page of one: its meaning, an example, and what to do. */
export async function explain(code: string | undefined, host: Host): Promise<ExitCode> {
  const codes = listPageCodes()
  if (code === undefined) {
    host.stdout.write(`${listPages(codes.map(readPageOfCode))}\n`)
    return 0
  }
  const asked = code.toUpperCase().replaceAll('-', '_')
  if (!isCode(asked)) {
    throw new Problem({
      code: 'USAGE',
      message: `there is no code "${code}"`,
      remedies: [...suggestClosest(asked, codes), suggest('list all codes', 'explain')],
    })
  }
  const page = readPageOfCode(asked)
  const note = page.code === asked ? '' : `${asked} is ${page.code} in jobwright.yaml.\n\n`
  host.stdout.write(`${note}${page.text}`)
  return 0
}

function listPages(pages: readonly Page[]): string {
  const width = Math.max(...pages.map(({ code }) => code.length))
  return pages.map(({ code, summary }) => `${padText(code, width)}  ${summary}`).join('\n')
}
