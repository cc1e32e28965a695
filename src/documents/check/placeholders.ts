import { type Json, joinPointer, type Pointer } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import { advise } from '../../model/remedy.ts'
import { shorten } from '../hints/words.ts'
import type { Fault } from './fault.ts'

/** `{{ date }}`, `{% if %}`, `<%= date %>`, `${{ github.sha }}` and `${VERSION}`, but for what AWS itself fills in. Bounded, so that no text takes long. */
const EVERYWHERE =
  /\$?\{\{[^{}\n]{0,200}\}\}|\{%[^%\n]{0,200}%\}|<%[^%\n]{0,200}%>|\$\{(?!aws:|(?:Revision|Asset|DataSet)\.)[^{}\s]{1,200}\}/
/** The same, and `$(date)`: in a document that is a command for the device's own shell. */
const IN_REQUEST = new RegExp(`${EVERYWHERE.source}|\\$\\([^()\\n]{1,200}\\)`)

/** Texts of a request that look like templates, and in which nothing else is wrong. Jobwright fills in nothing, so they would be sent as they stand. */
export function checkPlaceholders(
  request: Json,
  { request: { documents } }: KindModel,
  known: readonly Fault[],
): Fault[] {
  return checkInside(request, '', documents, IN_REQUEST).filter(
    ({ pointer }) => !known.some((fault) => fault.pointer === pointer),
  )
}

/** Whether a text looks like a template. */
export function isTemplate(text: string): boolean {
  return EVERYWHERE.test(text)
}

function checkInside(value: Json, pointer: Pointer, documents: readonly Pointer[], pattern: RegExp): Fault[] {
  const here = documents.includes(pointer) ? EVERYWHERE : pattern
  if (typeof value === 'string') return checkText(value, pointer, here)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([step, inner]) =>
    checkInside(inner as Json, joinPointer(pointer, step), documents, here),
  )
}

function checkText(text: string, pointer: Pointer, pattern: RegExp): Fault[] {
  const found = pattern.exec(text)
  if (!found) return []
  const lines = text.slice(0, found.index).split('\n')
  return [
    {
      code: 'SPEC_TEMPLATE',
      pointer,
      aim: 'value',
      message: `${shorten(found[0])} is sent as it stands: Jobwright fills in nothing`,
      remedies: [
        advise('write the value itself, or commit what your template tool renders'),
        advise('leave it where its receiver fills it in'),
      ],
      inside: { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 },
    },
  ]
}
