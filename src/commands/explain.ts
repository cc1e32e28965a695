import { type Page, pageCodes, pageOf } from '../load/pages.ts'
import { isCode } from '../model/codes.ts'
import type { ExitCode } from '../model/exit-code.ts'
import { Problem } from '../model/problem.ts'
import { suggest } from '../model/remedy.ts'
import { padded } from '../report/width.ts'
import { didYouMean } from '../spec/suggest.ts'
import type { Host } from './options.ts'

/** `jobwright explain [CODE]`: lists the codes of all messages, or prints the page of one: what it means, an example, what to do. */
export async function explain(code: string | undefined, host: Host): Promise<ExitCode> {
  const codes = pageCodes()
  if (code === undefined) {
    host.stdout.write(`${listed(codes.map(pageOf))}\n`)
    return 0
  }
  const asked = code.toUpperCase().replaceAll('-', '_')
  if (!isCode(asked)) {
    throw new Problem({
      code: 'USAGE',
      message: `there is no code "${code}"`,
      remedies: [...didYouMean(asked, codes), suggest('list all codes', 'explain')],
    })
  }
  const page = pageOf(asked)
  const note = page.code === asked ? '' : `${asked} is ${page.code} in jobwright.yaml.\n\n`
  host.stdout.write(`${note}${page.text}`)
  return 0
}

function listed(pages: readonly Page[]): string {
  const width = Math.max(...pages.map(({ code }) => code.length))
  return pages.map(({ code, summary }) => `${padded(code, width)}  ${summary}`).join('\n')
}
