import type { Code } from '../model/codes.ts'
import { type Diagnostic, inFileOrder, type Place, type Severity } from '../model/diagnostic.ts'
import { digest } from '../model/digest.ts'
import type { ExitCode } from '../model/exit-code.ts'
import { EXIT_CODES } from '../model/exit-code.ts'
import { forTerminal } from './escape.ts'
import { inert } from './json-lines.ts'
import { hintFor, type Medium } from './remedies.ts'

/** What a SARIF viewer shows of a code beside its findings. */
export type Rule = {
  /** One line. */
  readonly summary: string
  /** A page of Markdown. */
  readonly help: string
  readonly uri: string
}

/** What a SARIF log is made of. */
export type SarifInput = {
  readonly version: string
  readonly diagnostics: readonly Diagnostic[]
  readonly exitCode: ExitCode
  /** The rule behind a code; undefined for a code that has no page. */
  readonly rule: (code: Code) => Rule | undefined
  /** Where the reader can run the commands of a hint; absent: in a shell. */
  readonly medium?: Medium
}

const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' }

/**
 * Diagnostics as a SARIF 2.1.0 log (OASIS, Static Analysis Results Interchange Format), in file order, for code scanning services and
 * editors. Text without a line break at the end. File names become relative URIs, columns count UTF-16 units from 1.
 */
export function sarif({ version, diagnostics, exitCode, rule, medium }: SarifInput): string {
  const sorted = inFileOrder(diagnostics)
  const codes = [...new Set(sorted.map(({ code }) => code))].sort()
  const seen = new Map<string, number>()
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'Jobwright', semanticVersion: version, rules: codes.map((code) => ruleOf(code, rule(code))) },
        },
        columnKind: 'utf16CodeUnits',
        invocations: [{ executionSuccessful: true, exitCode, exitCodeDescription: EXIT_CODES[exitCode] }],
        results: sorted.map((one) => result(one, codes, seen, medium)),
      },
    ],
  }
  return inert(JSON.stringify(log, undefined, 2))
}

function ruleOf(id: string, rule: Rule | undefined): object {
  if (rule === undefined) return { id }
  const { summary, help, uri } = rule
  return { id, shortDescription: { text: summary }, help: { text: help, markdown: help }, helpUri: uri }
}

function result(
  one: Diagnostic,
  codes: readonly string[],
  seen: Map<string, number>,
  medium: Medium | undefined,
): object {
  const { code, severity, message, address, place, related = [] } = one
  const hint = hintFor(one, medium)
  const subject = address === undefined || message.includes(address) ? '' : `${address}: `
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: LEVELS[severity],
    message: { text: plain(`${subject}${message}${hint === undefined ? '' : `\nhint: ${hint}`}`) },
    locations: place && [{ physicalLocation: location(place) }],
    relatedLocations: related.length === 0 ? undefined : related.map(relatedLocation),
    partialFingerprints: { 'jobwrightFinding/v1': fingerprint(one, seen) },
  }
}

function relatedLocation({ message, place }: NonNullable<Diagnostic['related']>[number], id: number): object {
  return { id, message: { text: plain(message) }, physicalLocation: location(place) }
}

function location({ file, line, column, endLine, endColumn }: Place): object {
  return {
    artifactLocation: { uri: file.split('/').map(segment).join('/'), uriBaseId: '%SRCROOT%' },
    region: { startLine: line, startColumn: column, endLine, endColumn },
  }
}

/** A name in a path. Half of a surrogate pair has no encoding: it is written out first. */
function segment(name: string): string {
  return encodeURIComponent(forTerminal(name))
}

/** Untrusted text as a message: invisible characters are written out, and nothing is an embedded link (SARIF 3.11.6). */
function plain(text: string): string {
  return forTerminal(text, { lines: true }).replaceAll('](', '] (')
}

/** The same for the same finding after lines were added above it: what, in which file, about which member of which job. */
function fingerprint({ code, place, address, pointer, message }: Diagnostic, seen: Map<string, number>): string {
  const key = [code, place?.file, address, pointer ?? message].join('\n')
  const before = seen.get(key) ?? 0
  seen.set(key, before + 1)
  return `${digest(key).replace('sha256:', '').slice(0, 32)}:${before + 1}`
}
