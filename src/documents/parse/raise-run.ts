import { type Document, isMap, isScalar, type Pair, type YAMLMap } from 'yaml'
import { canonicalise, isObject, type Json, type JsonObject } from '../../model/json.ts'
import { lex } from './lex.ts'
import { compose, parseSource } from './parse-source.ts'
import { createSource, findLine, getLineText, type Source } from './source.ts'

/** A text with one number changed. `line` counts from 1. */
export type Raised = { readonly text: string; readonly line: number }

/** An edit. Everything before and after stays byte for byte the same. */
type Edit = { readonly from: number; readonly to: number; readonly insert: string }

/**
 * Sets `policy.run` of one document in the text of a spec file. Documents count from 0. Adds the member if it is
 * missing. Undefined if this takes any other change, as behind an alias.
 */
export function raiseRun(text: string, index: number, run: number): Raised | undefined {
  const source = createSource('', text)
  const mark = text.slice(0, text.length - source.text.length)
  const document = [...compose(source, lex(source).lexemes)][index]
  const edit = document && createEdit(source, document, run)
  if (!edit) return undefined
  const next = source.text.slice(0, edit.from) + edit.insert + source.text.slice(edit.to)
  const changed = createSource('', next)
  if (!isSameButRun(source, changed, index, run)) return undefined
  return { text: mark + next, line: findLine(changed, edit.from + edit.insert.lastIndexOf(String(run))) + 1 }
}

function createEdit(source: Source, { contents }: Document.Parsed, run: number): Edit | undefined {
  if (!isMap(contents)) return undefined
  const policy = findMember(contents, 'policy')
  if (policy === undefined) return insertPolicy(source, contents, run)
  if (!isMap(policy.value)) return undefined
  const own = findMember(policy.value, 'run')
  if (own === undefined) return insertMember(source, policy.value, `run: ${run}`)
  const at = getStart(own.value)
  if (!isScalar(own.value) || own.value.type !== 'PLAIN' || at === undefined) return undefined
  return { from: at, to: at + (own.value.source ?? '').length, insert: String(run) }
}

/** Inserts a policy above the request and above the request's comment. */
function insertPolicy(source: Source, contents: YAMLMap, run: number): Edit | undefined {
  const at = getStart(findMember(contents, 'spec')?.key)
  if (at === undefined) return undefined
  if (contents.flow) return insertMember(source, contents, `policy: { run: ${run} }`, at)
  let line = findLine(source, at)
  const indent = source.text.slice(source.lineStarts[line], at)
  if (indent.trim() !== '') return undefined
  while (line > 0 && getLineText(source, line - 1).startsWith(`${indent}#`)) line--
  const from = source.lineStarts[line]!
  const inner = indent + ' '.repeat(findIndent(source, contents, indent.length))
  const end = findNewline(source)
  return { from, to: from, insert: `${indent}policy:${end}${inner}run: ${run}${end}` }
}

/** Inserts a member before the key at `at`, or first. Its style follows that key. */
function insertMember(
  source: Source,
  map: YAMLMap,
  written: string,
  at = getStart(map.items[0]?.key),
): Edit | undefined {
  if (map.flow) {
    const key = map.items[0]?.key
    const isQuoted = isScalar(key) && key.type === 'QUOTE_DOUBLE'
    const text = isQuoted ? written.replace(/\b(policy|run)\b/g, '"$1"') : written
    if (at !== undefined) return { from: at, to: at, insert: `${text}, ` }
    const [from = 0, to = 0] = map.range ?? []
    return { from, to, insert: `{ ${text} }` }
  }
  if (at === undefined) return undefined
  const indent = source.text.slice(source.lineStarts[findLine(source, at)], at)
  return indent.trim() === '' ? { from: at, to: at, insert: `${written}${findNewline(source)}${indent}` } : undefined
}

function findMember(map: YAMLMap, name: string): Pair | undefined {
  const found = map.items.filter(({ key }) => isScalar(key) && key.value === name)
  return found.length === 1 ? found[0] : undefined
}

function getStart(node: unknown): number | undefined {
  return (node as { range?: [number, number, number] } | null | undefined)?.range?.[0]
}

/** The number of columns by which the document indents its metadata. */
function findIndent(source: Source, contents: YAMLMap, indent: number): number {
  const metadata = findMember(contents, 'metadata')?.value
  const at = isMap(metadata) && !metadata.flow ? getStart(metadata.items[0]?.key) : undefined
  const step = at === undefined ? 0 : at - source.lineStarts[findLine(source, at)]! - indent
  return step > 0 ? step : 2
}

function findNewline({ text }: Source): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n'
}

/** Returns true if two texts differ only in the run of one document. */
function isSameButRun(before: Source, after: Source, index: number, run: number): boolean {
  const [was, is] = [parseSource(before), parseSource(after)]
  const values = (parsed: typeof was, change: boolean): string =>
    canonicalise(
      parsed.documents.map(
        ({ index: at, value = null }): Json => [
          at,
          change && at === index && isObject(value) ? setRun(value, run) : value,
        ],
      ),
    )
  const isSound = [...is.documents, ...was.documents].every(({ diagnostics }) => diagnostics.length === 0)
  return isSound && was.refused.length + is.refused.length === 0 && values(was, true) === values(is, false)
}

function setRun(value: JsonObject, run: number): JsonObject {
  const policy = value['policy']
  return { ...value, policy: { ...(isObject(policy) ? policy : {}), run } }
}
