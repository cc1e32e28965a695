import { type Json, joinPointer, type Pointer } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import { advise } from '../../model/remedy.ts'
import { shorten } from '../hints/words.ts'
import type { Fault } from './fault.ts'

/**
 * `{{ date }}`, `{% if %}`, `<%= date %>`, `${{ github.sha }}` and `${VERSION}`, except placeholders of AWS. The
 * lengths are bounded to keep matching fast.
 */
const EVERYWHERE =
  /\$?\{\{[^{}\n]{0,200}\}\}|\{%[^%\n]{0,200}%\}|<%[^%\n]{0,200}%>|\$\{(?!aws:|(?:Revision|Asset|DataSet)\.)[^{}\s]{1,200}\}/
/** The same, and `$(date)`. In a device's document, `$(date)` is a shell command. */
const IN_REQUEST = new RegExp(`${EVERYWHERE.source}|\\$\\([^()\\n]{1,200}\\)`)

/**
 * Reports texts of a request that look like templates and have no other fault. Jobwright fills in nothing, so they
 * would be sent unchanged.
 */
export function checkPlaceholders(
  request: Json,
  { request: { documents } }: KindModel,
  known: readonly Fault[],
): Fault[] {
  const found: Fault[] = []
  addFaults(found, request, '', documents, IN_REQUEST)
  return found.filter(({ pointer }) => !known.some((fault) => fault.pointer === pointer))
}

/** Returns true if a text looks like a template. */
export function isTemplate(text: string): boolean {
  return EVERYWHERE.test(text)
}

function addFaults(
  found: Fault[],
  value: Json,
  pointer: Pointer,
  documents: readonly Pointer[],
  pattern: RegExp,
): void {
  const here = documents.includes(pointer) ? EVERYWHERE : pattern
  if (typeof value === 'string') {
    const match = here.exec(value)
    if (match) found.push(createFault(value, match, pointer))
  } else if (typeof value === 'object' && value !== null)
    for (const [step, inner] of Object.entries(value))
      addFaults(found, inner, joinPointer(pointer, step), documents, here)
}

function createFault(text: string, match: RegExpExecArray, pointer: Pointer): Fault {
  const lines = text.slice(0, match.index).split('\n')
  return {
    code: 'SPEC_TEMPLATE',
    pointer,
    aim: 'value',
    message: `${shorten(match[0])} is sent unchanged: Jobwright fills in nothing`,
    remedies: [
      advise('write the value itself, or commit what your template tool renders'),
      advise('keep it if the receiver fills it in'),
    ],
    inside: { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 },
  }
}
