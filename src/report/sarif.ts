import type { Code } from '../model/codes.ts'
import { type Diagnostic, type Place, type Severity, sortByPlace } from '../model/diagnostic.ts'
import { digest } from '../model/digest.ts'
import type { ExitCode } from '../model/exit-code.ts'
import { EXIT_CODES } from '../model/exit-code.ts'
import { escapeForTerminal } from './escape.ts'
import { escapeJsonText } from './json-lines.ts'
import { hintFor, type Medium } from './remedies.ts'

/** What a SARIF viewer shows about a code. */
export type Rule = {
  /** One line. */
  readonly summary: string
  /** A page of Markdown. */
  readonly help: string
  readonly uri: string
}

/** The content of a SARIF log. */
export type SarifInput = {
  readonly version: string
  readonly diagnostics: readonly Diagnostic[]
  readonly exitCode: ExitCode
  /** Returns the rule of a code. Undefined if the code has no page. */
  readonly rule: (code: Code) => Rule | undefined
  /** Where the reader can run a hint's commands. Default: a shell. */
  readonly medium?: Medium
}

const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' }

/**
 * Formats diagnostics as a SARIF 2.1.0 log (OASIS, Static Analysis Results Interchange Format) for code scanning services and editors.
 * Sorted by file. File names become relative URIs; columns count UTF-16 units from 1. No line break at the end.
 */
export function formatSarif({ version, diagnostics, exitCode, rule, medium }: SarifInput): string {
  const sorted = sortByPlace(diagnostics)
  const codes = [...new Set(sorted.map(({ code }) => code))].sort()
  const seen = new Map<string, number>()
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Jobwright',
            semanticVersion: version,
            rules: codes.map((code) => createRule(code, rule(code))),
          },
        },
        columnKind: 'utf16CodeUnits',
        invocations: [{ executionSuccessful: true, exitCode, exitCodeDescription: EXIT_CODES[exitCode] }],
        results: sorted.map((one) => createResult(one, codes, seen, medium)),
      },
    ],
  }
  return escapeJsonText(JSON.stringify(log, undefined, 2))
}

function createRule(id: string, rule: Rule | undefined): object {
  if (rule === undefined) return { id }
  const { summary, help, uri } = rule
  return { id, shortDescription: { text: summary }, help: { text: help, markdown: help }, helpUri: uri }
}

function createResult(
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
    message: { text: stripControls(`${subject}${message}${hint === undefined ? '' : `\nhint: ${hint}`}`) },
    locations: place && [{ physicalLocation: createLocation(place) }],
    relatedLocations: related.length === 0 ? undefined : related.map(createRelatedLocation),
    partialFingerprints: { 'jobwrightFinding/v1': createFingerprint(one, seen) },
  }
}

function createRelatedLocation({ message, place }: NonNullable<Diagnostic['related']>[number], id: number): object {
  return { id, message: { text: stripControls(message) }, physicalLocation: createLocation(place) }
}

function createLocation({ file, line, column, endLine, endColumn }: Place): object {
  return {
    artifactLocation: { uri: file.split('/').map(encodeSegment).join('/'), uriBaseId: '%SRCROOT%' },
    region: { startLine: line, startColumn: column, endLine, endColumn },
  }
}

/** Encodes a path segment. A lone surrogate has no encoding, so it is escaped first. */
function encodeSegment(name: string): string {
  return encodeURIComponent(escapeForTerminal(name))
}

/** Escapes untrusted text for a message: invisible characters and embedded links (SARIF 3.11.6). */
function stripControls(text: string): string {
  return escapeForTerminal(text, { lines: true }).replaceAll('](', '] (')
}

/** Creates a fingerprint that stays the same when lines are added above. It uses the code, file, address, member and message. */
function createFingerprint({ code, place, address, pointer, message }: Diagnostic, seen: Map<string, number>): string {
  const key = [code, place?.file, address, pointer ?? message].join('\n')
  const before = seen.get(key) ?? 0
  seen.set(key, before + 1)
  return `${digest(key).replace('sha256:', '').slice(0, 32)}:${before + 1}`
}
