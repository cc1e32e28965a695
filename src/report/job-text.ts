import type { Address } from '../model/address.ts'
import { type Finding, type NotedFinding, openFindings, sortByUrgency } from '../model/attention.ts'
import { isTerminal } from '../model/condition.ts'
import type { Place } from '../model/diagnostic.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { getUntil, type Planned } from '../model/plan.ts'
import type { JobRecord, PastRun } from '../model/state.ts'
import { ACTION_WORDS } from './action-words.ts'
import { hintLines } from './diagnostics.ts'
import { escapeForTerminal } from './escape.ts'
import { paint, type ReportOptions } from './options.ts'
import { formatTook, nameAction, nameDecision } from './status-text.ts'
import { formatTally, type TallyOf } from './tally-text.ts'
import { formatAgo, formatTime } from './time.ts'
import { cut, wrapText } from './width.ts'
import { chooseConditionStyle, describeStanding, toSentence } from './words.ts'

const VALUE_MAX = 80
const REQUEST_MAX = 20
const ORIGIN_WORDS = {
  created: 'created by Jobwright',
  adopted: 'taken over',
  baseline: 'assumed done before the state was created',
} as const

/** What a job's page shows besides its record. */
export type JobMore = {
  /** What a person acknowledged about it. */
  readonly notes?: readonly NotedFinding[] | undefined
  /** What needs a person about it, acknowledged or not. */
  readonly findings?: readonly Finding[] | undefined
  /** The name of its target in jobwright.yaml. */
  readonly target?: string | undefined
  readonly tallyOf?: TallyOf
  /** The page of AWS's console that shows it. */
  readonly consoleUrl?: string | undefined
}

/**
 * Formats one job's record for people: condition, place, times, counts, request, earlier runs and acknowledgement. No line break at the
 * end.
 */
export function formatJob(address: Address, record: JobRecord, options: ReportOptions, more: JobMore = {}): string {
  const { condition, site, intent } = record
  const { notes = [], target } = more
  const findings = sortByUrgency(more.findings ?? [])
  const word = nameDecision(record, findings[0])
  const rows: [label: string, text: string | undefined][] = [
    [
      'condition',
      word === undefined
        ? paint(chooseConditionStyle(condition), describeStanding(record), options)
        : paint('red', word, options),
    ],
    ['why', condition?.message && toSentence(condition.message)],
    ...findings.flatMap(({ kind, reason }): [string, string][] =>
      kind === 'failed' ? [] : [['why', toSentence(reason)]],
    ),
    ['in AWS', record.status && toSentence(record.status)],
    ['counts', formatTally(more.tallyOf?.(address, record))],
    [isTerminal(condition) ? 'took' : 'for', formatTook(record, options.now)],
    ['run', String(record.run)],
    ['id', record.id && toSentence(record.id)],
    ['arn', record.arn && toSentence(record.arn)],
    ['target', target && toSentence(target)],
    [
      'where',
      [site.region, site.account, ...(site.endpoint ? [site.endpoint] : [])]
        .map((part) => escapeForTerminal(part))
        .join(', '),
    ],
    ['console', more.consoleUrl && toSentence(more.consoleUrl)],
    ['how', ORIGIN_WORDS[record.how]],
    ['intent', intent && time(intent.at, options)],
    ['evidence', intent?.evidence && toSentence(intent.evidence)],
    ['created', time(record.createdAt, options)],
    ['started', time(record.startedAt, options)],
    ['finished', time(record.finishedAt, options)],
    ['withdrawn', time(record.withdrawn, options)],
    ...notes.map((noted): [string, string | undefined] => ['known', formatAcknowledged(noted, options)]),
  ]
  return [
    paint('bold', escapeForTerminal(address), options),
    ...rows.flatMap(([label, text]) => (text ? hang(`  ${label.padEnd(10)} `, text, options) : [])),
    '  request',
    ...requestLines(record.request).map((line) => cutLine(`    ${line}`, options)),
    ...(record.history?.length
      ? ['  earlier runs', ...record.history.flatMap((one) => hang('    ', formatPastRun(one, options), options))]
      : []),
    ...openFindings(findings).flatMap((one) => hintLines(one, '  ', options)),
  ].join('\n')
}

/** Formats a spec without a record for people: its action and reason, its job's target, and the remedies. No line break at the end. */
export function formatSpec(
  planned: Planned,
  place: Pick<Place, 'file' | 'line'> | undefined,
  options: ReportOptions,
  target?: string,
  given: readonly Finding[] = [],
): string {
  const { address, action, reason, spec } = planned
  const { style } = ACTION_WORDS[action]
  const findings = sortByUrgency(given)
  const word = nameDecision(undefined, findings[0])
  const rows: [label: string, text: string | undefined][] = [
    ['condition', paint(word === undefined ? style : 'red', word ?? nameAction(planned), options)],
    ...(word === undefined ? [reason] : findings.map((one) => one.reason)).map((text): [string, string] => [
      'why',
      toSentence(text),
    ]),
    ['goes on', getUntil(planned) && formatTime(getUntil(planned)!)],
    ['run', spec && String(spec.policy.run)],
    ['target', target && toSentence(target)],
    ['spec', place && `${toSentence(place.file)}:${place.line}`],
  ]
  return [
    paint('bold', escapeForTerminal(address), options),
    ...rows.flatMap(([label, text]) => (text ? hang(`  ${label.padEnd(10)} `, text, options) : [])),
    ...(word === undefined ? [planned] : openFindings(findings)).flatMap((one) => hintLines(one, '  ', options)),
  ].join('\n')
}

/** Begins a text behind a label. On a terminal, its further lines are aligned with the first. */
function hang(label: string, text: string, { terminal, width }: ReportOptions): string[] {
  const lines = terminal ? wrapText(text, width - label.length) : [text]
  return lines.map((line, index) => (index === 0 ? label : ' '.repeat(label.length)) + line)
}

function cutLine(line: string, { terminal, width }: ReportOptions): string {
  return terminal ? cut(line, width) : line
}

/** `failed, acknowledged 2026-11-15 09:24 UTC (5 min ago): known`. */
function formatAcknowledged(
  { finding, acknowledged, reason }: NotedFinding,
  options: ReportOptions,
): string | undefined {
  if (acknowledged === undefined) return undefined
  const [kind = ''] = finding.split(':')
  return `${toSentence(kind)}, acknowledged ${time(acknowledged, options)}${reason === undefined ? '' : `: ${toSentence(reason)}`}`
}

function time(iso: string | undefined, { now }: ReportOptions): string | undefined {
  return iso === undefined ? undefined : `${formatTime(iso)} (${formatAgo(iso, now)})`
}

/** `run 1: Failed: HarvestFailed, id cup-final, finished 2026-11-14 23:10 UTC (9 h ago)`. */
function formatPastRun({ run, condition, id, finishedAt, site }: PastRun, options: ReportOptions): string {
  const word =
    condition === undefined ? 'nothing known' : condition.type + (condition.reason ? `: ${condition.reason}` : '')
  const parts = [
    paint(chooseConditionStyle(condition), toSentence(word), options),
    ...(id === undefined ? [] : [`id ${toSentence(id)}`]),
    ...(finishedAt === undefined ? [] : [`finished ${time(finishedAt, options)}`]),
    ...(site === undefined ? [] : [`in ${escapeForTerminal(site.region)}, ${escapeForTerminal(site.account)}`]),
  ]
  return `run ${run}: ${parts.join(', ')}`
}

/** Outlines a request: one line per value, long ones cut. */
function requestLines(request: JsonObject): string[] {
  const lines = outlineValue(request, '')
  const beyond = lines.length - REQUEST_MAX
  return beyond > 0 ? [...lines.slice(0, REQUEST_MAX), `… and ${beyond} more`] : lines
}

function outlineValue(value: Json | undefined, path: string): string[] {
  const name = path === '' ? '' : `${path}.`
  if (isObject(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, one]) => outlineValue(one, name + key))
  }
  if (Array.isArray(value) && value.some((one) => typeof one === 'object')) {
    return value.flatMap((one: Json, index) => outlineValue(one, `${path}[${index}]`))
  }
  return [`${toSentence(path)}: ${cut(escapeForTerminal(JSON.stringify(value)), VALUE_MAX)}`]
}
