import { Composer, type Document, isMap, isScalar, type ParsedNode, Parser, visit, type YAMLError } from 'yaml'
import type { Code } from '../../model/codes.ts'
import { type Diagnostic, diagnose } from '../../model/diagnostic.ts'
import { advise } from '../../model/remedy.ts'
import { count } from '../hints/words.ts'
import { lex } from './lex.ts'
import type { ParsedDocument } from './parsed-document.ts'
import { createSpot, findLine, getLineText, type Source } from './source.ts'
import { toJson } from './to-json.ts'

/** The content of a source. `refused`: its documents could not even be counted. */
export type Parsed = {
  readonly documents: readonly ParsedDocument[]
  readonly refused: readonly Diagnostic[]
}

/**
 * Parses the documents of a source, and reports everything wrong with its YAML. Documents without content are left out.
 */
export function parseSource(source: Source): Parsed {
  const { lexemes, diagnostics } = lex(source)
  if (diagnostics.length > 0) return { documents: [], refused: diagnostics }
  const documents: ParsedDocument[] = []
  let index = 0
  for (const document of compose(source, lexemes)) {
    const parsed = read(source, document, index)
    index += 1
    if (parsed) documents.push(parsed)
  }
  return { documents, refused: [] }
}

/**
 * The documents of a source as syntax trees, one at a time to save memory.
 * @param schema `failsafe` keeps every scalar as text
 */
export function* compose(
  source: Source,
  lexemes: readonly string[],
  schema: 'core' | 'failsafe' = 'core',
): Generator<Document.Parsed> {
  const parser = new Parser()
  // `uniqueKeys` compares every pair of keys; `toJson` uses a set.
  const composer = new Composer({
    schema,
    uniqueKeys: false,
    stringKeys: true,
    prettyErrors: false,
    logLevel: 'silent',
  })
  for (const lexeme of lexemes) {
    for (const token of parser.next(lexeme)) yield* composer.next(token)
  }
  for (const token of parser.end()) yield* composer.next(token)
  yield* composer.end(false, source.text.length)
}

function read(source: Source, document: Document.Parsed, index: number): ParsedDocument | undefined {
  const syntax = listSyntaxErrors(source, document)
  const node: ParsedNode | null = document.contents
  const start = node?.range?.[0] ?? document.range[0]
  if (syntax.length > 0) return { index, start, ...readIdentity(node), diagnostics: syntax }
  if (node === null || (isScalar(node) && node.value === null && node.source === '')) return undefined
  const { value, diagnostics, reprinted } = toJson(source, document)
  const useful = value !== undefined && diagnostics.every((one) => LOCAL.has(one.code))
  return { index, start, ...readIdentity(node), value: useful ? value : undefined, diagnostics, reprinted }
}

/** Codes of faults that affect a single member. */
const LOCAL: ReadonlySet<Code> = new Set<Code>([
  'SPEC_NUMBER',
  'SPEC_DUPLICATE_KEY',
  'SPEC_RESERVED_KEY',
  'SPEC_CONTROL_CHARACTER',
])

/** `kind` and `metadata.name`, where each is declared exactly once. */
function readIdentity(node: unknown): Pick<ParsedDocument, 'kind' | 'name'> {
  const kind = getOnly(node, 'kind')
  const name = getOnly(getOnly(node, 'metadata'), 'name')
  return {
    kind: getText(kind),
    name: getText(name),
  }
}

function getText(node: unknown): string | undefined {
  return isScalar(node) && typeof node.value === 'string' ? node.value : undefined
}

function getOnly(node: unknown, member: string): unknown {
  if (!isMap(node)) return undefined
  const pairs = node.items.filter((pair) => isScalar(pair.key) && pair.key.value === member)
  return pairs.length === 1 ? pairs[0]?.value : undefined
}

/** The most syntax errors shown for a document: later ones mostly follow from the first. */
const SHOWN = 3

/** Lists YAML 1.2 syntax errors, at most one for each line. */
export function listSyntaxErrors(source: Source, document: Document.Parsed): Diagnostic[] {
  if (document.directives.yaml.explicit && document.directives.yaml.version !== '1.2') {
    return [
      diagnose({
        code: 'SPEC_YAML_VERSION',
        message: `the file asks for YAML ${document.directives.yaml.version}, in which yes and no are no text`,
        remedies: [advise('remove the %YAML line; specs are YAML 1.2')],
        ...createSpot(source, source.text.lastIndexOf('%YAML', document.contents?.range?.[0] ?? 0)),
      }),
    ]
  }
  const lines = new Set<number>()
  const found: Diagnostic[] = []
  for (const error of [...document.errors, ...document.warnings]) {
    // Each search for a quote reads the whole document, and every line may have an error.
    if (found.length === SHOWN) break
    const diagnostic = findUnclosed(source, document, error) ?? describeSyntaxError(source, error)
    const line = diagnostic.place?.line ?? 0
    if (!lines.has(line)) found.push(diagnostic)
    lines.add(line)
  }
  return found
}

/** Reports an unclosed quote at the quote itself. The parser notices it only at the end of the text. */
function findUnclosed(source: Source, document: Document.Parsed, error: YAMLError): Diagnostic | undefined {
  if (error.code !== 'MISSING_CHAR') return undefined
  let opened: number | undefined
  visit(document, {
    Scalar(_key, { type, range }) {
      const isQuoted = type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE'
      if (isQuoted && range?.[1] === error.pos[0]) opened = range[0]
    },
  })
  if (opened === undefined) return undefined
  return diagnose({
    code: 'SPEC_SYNTAX',
    message: 'the quote that opens here is not closed',
    remedies: [advise('write the closing quote')],
    ...createSpot(source, opened, opened + 1),
  })
}

function describeSyntaxError(source: Source, error: YAMLError): Diagnostic {
  const [message, way] = explainIndentation(source, error) ??
    explainTemplate(source, error) ??
    wording[error.code] ?? ['this is not YAML', 'check the indentation and quotes around this place']
  return diagnose({
    code: 'SPEC_SYNTAX',
    message,
    remedies: [advise(way)],
    ...createSpot(source, ...trimRange(source, error.pos)),
  })
}

/** Skips a line's leading spaces, where an error cannot be shown. */
function trimRange(source: Source, [start, end]: readonly [number, number]): [number, number] {
  const spaces = /^ +/.exec(source.text.slice(start))?.[0].length ?? 0
  const isAtStart = start === source.lineStarts[findLine(source, start)]
  return isAtStart && spaces > 0 ? [start + spaces, Math.max(end, start + spaces)] : [start, end]
}

/** Explains wrong indentation by the columns of this line and the line above. */
function explainIndentation(source: Source, error: YAMLError): readonly [message: string, way: string] | undefined {
  if (error.code !== 'BAD_INDENT') return undefined
  const line = findLine(source, error.pos[0])
  const above = Array.from({ length: Math.min(line, REACH) }, (_, back) => getLineText(source, line - back - 1))
  const before = above.find((text) => /^ *[^\s#]/.test(text))
  if (before === undefined) return undefined
  const [here, there] = [getLineText(source, line), before].map((text) => text.length - text.trimStart().length) as [
    number,
    number,
  ]
  if (here === there || here === 0) return undefined
  return [
    'the indentation does not fit the lines above',
    `it is indented by ${count(here, 'space')}, the line above by ${there}: members of one mapping begin in the same column`,
  ]
}

/** Explains `{{ date }}` without quotes, which YAML reads as a mapping in a mapping. */
function explainTemplate(source: Source, error: YAMLError): readonly [message: string, way: string] | undefined {
  const [start] = error.pos
  if (error.code !== 'NON_STRING_KEY' || !/^\{\{?[^{]/.test(source.text.slice(start - 1, start + 2))) return undefined
  return [
    'this looks like a template, which Jobwright does not fill in, and YAML reads {{ as a mapping',
    'write the value itself, or commit what your template tool renders; quote it if the text is meant',
  ]
}

/** How many lines above an indentation is compared with. */
const REACH = 20

/** Our own words, because the parser's messages quote text that may be secret. */
const wording: Partial<Record<YAMLError['code'], readonly [message: string, way: string]>> = {
  ALIAS_PROPS: ['an alias has an anchor or a tag', 'write the alias alone: *name'],
  BAD_ALIAS: [
    'the alias names no anchor above it',
    'set &name on a value before *name repeats it; quote text that begins with *',
  ],
  BAD_COLLECTION_TYPE: ['the value is another collection than its tag says', 'remove the tag'],
  BAD_DIRECTIVE: ['the directive is not known', 'remove the line that begins with %'],
  BAD_DQ_ESCAPE: [
    'a backslash in double quotes is followed by no known escape',
    'write \\\\ for a backslash, or use single quotes',
  ],
  BAD_INDENT: [
    'the indentation does not fit the lines above',
    'members of one mapping begin in the same column; close every [ and {',
  ],
  BAD_PROP_ORDER: ['an anchor or tag is out of place', 'write the anchor directly before its value'],
  BAD_SCALAR_START: ['text cannot begin with this character', 'put the text in quotes'],
  BLOCK_AS_IMPLICIT_KEY: [
    'a second colon on one line would nest a mapping',
    'put text that holds ": " in quotes, or each member on a line of its own',
  ],
  BLOCK_IN_FLOW: ['a block is inside brackets', 'write it with brackets too, or the outer one without'],
  DUPLICATE_KEY: ['the key is a duplicate', 'remove one of them'],
  IMPOSSIBLE: ['this is not YAML', 'check the indentation and quotes around this place'],
  KEY_OVER_1024_CHARS: ['the key is over 1,024 characters long', 'put text that holds ": " in quotes'],
  MISSING_CHAR: [
    'a closing quote or bracket, or a space or comma, is missing',
    'check the quotes and brackets that this line opens',
  ],
  MULTILINE_IMPLICIT_KEY: [
    'this is no member: a colon, or the space after it, is missing',
    'write every member as "key: value", with a colon and a space',
  ],
  MULTIPLE_ANCHORS: ['the value has two anchors', 'keep one of them'],
  MULTIPLE_DOCS: ['another document begins here', 'separate documents by a line with ---'],
  MULTIPLE_TAGS: ['the value has two tags', 'remove them'],
  NON_STRING_KEY: ['the key is no text', 'keys are plain or quoted text'],
  TAB_AS_INDENT: ['the line is indented by a tab', 'write spaces in its place: YAML indents by spaces alone'],
  TAG_RESOLVE_FAILED: ['the value has an unknown tag', 'remove the tag; put text in quotes'],
  UNEXPECTED_TOKEN: ['this does not belong here', 'check the indentation and quotes around this place'],
}
