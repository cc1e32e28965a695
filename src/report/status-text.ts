import type { Address } from '../model/address.ts'
import { type Finding, type FindingKind, sortByUrgency } from '../model/attention.ts'
import { isTerminal } from '../model/condition.ts'
import { getUntil, type Planned } from '../model/plan.ts'
import { type JobRecord, recordEntries } from '../model/state.ts'
import { ACTION_WORDS } from './action-words.ts'
import { linkText } from './console-link.ts'
import { escapeForTerminal } from './escape.ts'
import { paint, type ReportOptions } from './options.ts'
import { shortenIds } from './short-ids.ts'
import { type Cell, formatRow, measureColumns } from './table.ts'
import { formatTally, type TallyOf } from './tally-text.ts'
import { formatAgo, formatDuration, formatTime } from './time.ts'
import { measureWidth, wrapParts, wrapText } from './width.ts'
import { chooseConditionStyle, countConditions, describeStanding, formatCount, toSentence } from './words.ts'

const HEAD = ['Address', 'Run', 'ID', 'Condition', 'AWS status', 'Counts', 'Time', 'Ended']
const BOUNDS = [60, 4, 40, 44, 24, 60, 16, 24]
const INDENT = '      '

/** What a status shows besides the records. */
export type StatusMore = {
  /** Planned actions of specs without a record. */
  readonly planned?: readonly Planned[]
  /** What needs a person, acknowledged or not. */
  readonly findings?: readonly Finding[] | undefined
  /** The target name of each address. Absent if jobwright.yaml names no targets. */
  readonly targets?: ReadonlyMap<Address, string> | undefined
  /** Show whole IDs and AWS's own status words. */
  readonly isWide?: boolean
  readonly tallyOf?: TallyOf
  /** Returns the page of AWS's console that shows a job. */
  readonly consoleOf?: (address: Address, record: JobRecord) => string | undefined
}

type Entry = {
  readonly address: Address
  readonly record?: JobRecord
  readonly planned?: Planned
  /** What only a person can decide about it. */
  readonly decision?: Finding | undefined
}

/**
 * Formats a state's records and the specs without one for people: a row each, then counts. Addresses in `order` (that of the spec files)
 * come first, then the rest (withdrawn ones) by name. Several targets make a group each. No line break at the end.
 */
export function formatStatus(
  records: Readonly<Record<Address, JobRecord>>,
  order: readonly Address[],
  options: ReportOptions,
  more: StatusMore = {},
): string {
  const rank = new Map(order.map((address, index) => [address, index]))
  const place = (address: Address) => rank.get(address) ?? rank.size
  const decisionOf = indexDecisions(more.findings)
  const all: Entry[] = [
    ...recordEntries(records).map(([address, record]) => ({ address, record })),
    ...(more.planned ?? []).map((one) => ({ address: one.address, planned: one })),
  ].map((entry) => ({ ...entry, decision: decisionOf.get(entry.address) }))
  const entries = all.sort((a, b) => place(a.address) - place(b.address) || (a.address < b.address ? -1 : 1))
  if (entries.length === 0) return 'No jobs are on record.'
  const nameId = more.isWide ? (id: string) => id : shortenIds(entries.flatMap(({ record }) => record?.id ?? []))
  const head: Cell[] = HEAD.map((text) => ({ text: more.isWide || text !== 'AWS status' ? text : '', style: 'bold' }))
  const rows = new Map(entries.map((entry) => [entry, createRow(entry, nameId, more, options)]))
  const cells = [head, ...rows.values()]
  const widths = measureColumns(cells, BOUNDS)
  const isTable = cells.every(
    (row) => measureWidth(formatRow(row, widths, { ...options, colour: false, links: false })) <= options.width,
  )
  const formatEntry = (entry: Entry): string[] => {
    const row = rows.get(entry) ?? []
    return [
      ...(isTable ? [formatRow(row, widths, options)] : narrowRow(row, options)),
      ...explain(entry).flatMap((text) => formatBelow(text, options)),
    ]
  }
  return [
    ...(isTable ? [formatRow(head, widths, options)] : []),
    ...groupByTarget(entries, more.targets).flatMap(([target, members]) => [
      ...(target === undefined ? [] : [paint('bold', `target ${target}`, options)]),
      ...members.flatMap(formatEntry),
    ]),
    '',
    ...wrapText(formatTotals(entries), options.width),
  ].join('\n')
}

/** Groups entries by their target. One group without a name, if there are not several. */
function groupByTarget(
  entries: readonly Entry[],
  targets: StatusMore['targets'],
): [target: string | undefined, members: Entry[]][] {
  const groups = new Map<string, Entry[]>()
  const sites = targets === undefined ? undefined : nameSites(entries, targets)
  for (const entry of entries) {
    const name = targets === undefined ? '' : nameTarget(entry, targets, sites)
    const group = groups.get(name)
    if (group) group.push(entry)
    else groups.set(name, [entry])
  }
  return groups.size > 1 ? [...groups] : [[undefined, [...entries]]]
}

function nameTarget(
  { address, record }: Entry,
  targets: ReadonlyMap<Address, string>,
  sites: ReadonlyMap<string, string> | undefined,
): string {
  const site = record && nameSite(record)
  return toSentence(targets.get(address) ?? (site === undefined ? '-' : (sites?.get(site) ?? site)))
}

/** Names the accounts and regions by the only target that has jobs there. A removed spec no longer names its target. */
function nameSites(entries: readonly Entry[], targets: ReadonlyMap<Address, string>): ReadonlyMap<string, string> {
  const names = new Map<string, Set<string>>()
  for (const { address, record } of entries) {
    const name = targets.get(address)
    if (record === undefined || name === undefined) continue
    const site = nameSite(record)
    names.set(site, (names.get(site) ?? new Set()).add(name))
  }
  return new Map([...names].flatMap(([site, own]) => (own.size === 1 ? [[site, [...own].join()]] : [])))
}

function nameSite({ site }: JobRecord): string {
  return `${site.region}/${site.account}`
}

/** `2 jobs: 2 succeeded. 3 specs without a job yet: 1 new, 2 held.` */
function formatTotals(entries: readonly Entry[]): string {
  const records = entries.flatMap(({ record }) => record ?? [])
  const counts = new Map<string, number>()
  for (const { planned, decision } of entries) {
    if (planned === undefined) continue
    const word = nameDecision(undefined, decision) ?? nameAction(planned)
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const without = entries.length - records.length
  const parts = [...counts].map(([word, count]) => `${count} ${word}`).join(', ')
  const words = entries.flatMap(({ record, decision }) => (record ? [nameDecision(record, decision)] : []))
  return [
    ...(records.length > 0 ? [countRecords(records, words)] : []),
    ...(without > 0 ? [`${formatCount(without, 'spec')} without a job yet: ${parts}.`] : []),
  ].join(' ')
}

const DECISIONS: ReadonlySet<string> = new Set<FindingKind>(['unresolved', 'conflict', 'duplicate'])

/** Indexes what only a person can decide, the most urgent finding of each address. */
function indexDecisions(findings: readonly Finding[] = []): ReadonlyMap<Address, Finding> {
  const decisions = sortByUrgency(findings.filter(({ kind }) => DECISIONS.has(kind)))
  return new Map(decisions.reverse().map((one) => [one.address, one]))
}

/** Names what a person decides about an address of which AWS shows no condition. Without that, its row would say that it goes on. */
export function nameDecision(record: JobRecord | undefined, decision: Finding | undefined): FindingKind | undefined {
  return record?.condition === undefined && decision !== undefined && DECISIONS.has(decision.kind)
    ? decision.kind
    : undefined
}

/** Explains an entry, a text for each line below its row. */
function explain({ record, planned, decision }: Entry): string[] {
  const own = record ? explainCondition(record) : explainNotYet(planned)
  if (decision === undefined) return [own]
  const why = toSentence(decision.reason)
  return nameDecision(record, decision) === undefined && own !== why ? [own, why] : [why]
}

/** Names the action of a spec without a record in a word: `new`, `held`, `waiting`. */
export function nameAction({ action, movedFrom }: Planned): string {
  if (movedFrom !== undefined) return 'renamed'
  return action === 'create' ? 'new' : action
}

function explainNotYet(planned: Planned | undefined): string {
  if (planned === undefined || (planned.action === 'create' && planned.movedFrom === undefined)) return ''
  const until = getUntil(planned)
  return `${toSentence(planned.reason)}${until === undefined ? '' : `; goes on ${formatTime(until)}`}`
}

/** Counts records in words: `12 jobs: 7 succeeded, 4 in progress, 1 failed; 1 withdrawn, 3 archived.` `words` may name some otherwise. */
export function countRecords(records: readonly JobRecord[], words?: readonly (string | undefined)[]): string {
  const marks = [
    count(records, 'withdrawn', (record) => record.withdrawn !== undefined),
    count(records, 'archived', (record) => record.archived === true),
  ].filter((part) => part !== '')
  const tail = marks.length === 0 ? '' : `; ${marks.join(', ')}`
  const where = records.length === 0 ? '' : `: ${countConditions(records, words)}`
  return `${formatCount(records.length, 'job')}${where}${tail}.`
}

function count(records: readonly JobRecord[], word: string, is: (record: JobRecord) => boolean): string {
  const found = records.filter(is).length
  return found === 0 ? '' : `${found} ${word}`
}

function createRow(
  { address, record, planned, decision }: Entry,
  nameId: (id: string) => string,
  { isWide, tallyOf, consoleOf }: StatusMore,
  { now }: ReportOptions,
): Cell[] {
  const name = {
    text: escapeForTerminal(address),
    style: record?.withdrawn === undefined ? undefined : ('dim' as const),
  }
  const word = nameDecision(record, decision)
  const decided = word && { text: word, style: 'red' as const }
  if (record === undefined) {
    const { style } = ACTION_WORDS[planned?.action ?? 'keep']
    const condition = decided ?? { text: planned ? nameAction(planned) : '-', style }
    const none = { text: '-' }
    return [name, none, none, condition, isWide ? none : { text: '' }, none, none, none]
  }
  const { condition, status, id, finishedAt } = record
  return [
    name,
    { text: String(record.run) },
    { text: id === undefined ? '-' : toSentence(nameId(id)), url: consoleOf?.(address, record) },
    decided ?? { text: describeStanding(record), style: chooseConditionStyle(condition) },
    { text: isWide ? toSentence(status ?? '-') : '' },
    { text: formatTally(tallyOf?.(address, record)) || '-' },
    { text: formatTook(record, now) || '-' },
    { text: finishedAt === undefined ? '-' : formatAgo(finishedAt, now) },
  ]
}

/** Formats how long a job ran, or has been unfinished. Empty if that is not known. */
export function formatTook(
  { startedAt, createdAt, finishedAt, condition, intent, lost }: JobRecord,
  now: number,
): string {
  const from = Date.parse(startedAt ?? createdAt ?? intent?.at ?? '')
  const isOpen = !isTerminal(condition) && lost !== true
  const to = finishedAt === undefined ? (isOpen ? now : Number.NaN) : Date.parse(finishedAt)
  return to >= from ? formatDuration(to - from) : ''
}

/** Formats a row that is too wide: the condition beside the name if it fits, and the rest below. */
function narrowRow(
  [address, run, id, condition, status, counts, took, ended]: readonly Cell[],
  options: ReportOptions,
): string[] {
  const [name, state] = [address?.text ?? '', condition?.text ?? '']
  const start = `  ${paint(address?.style, name, options)}`
  const end = paint(condition?.style, state, options)
  const isOneLine = measureWidth(`  ${name}  ${state}`) <= options.width
  const parts = [
    prefixed('run', run),
    prefixed('id', id),
    status?.text,
    ...(counts?.text.split(', ') ?? []),
    prefixed(ended?.text === '-' ? 'for' : 'took', took),
    prefixed('ended', ended),
  ]
  const lines = wrapParts(
    parts.flatMap((text) => (text === undefined || text === '' || text === '-' ? [] : [text])),
    options.width - INDENT.length,
  )
  const idText = prefixed('id', id)
  const linked = `id ${linkText(id?.text ?? '', id?.url, options)}`
  return [
    ...(isOneLine ? [`${start}  ${end}`] : [start, `${INDENT}${end}`]),
    ...indent(lines.filter(Boolean), options).map((line) => line.replace(idText, () => linked)),
  ]
}

function prefixed(label: string, { text } = { text: '-' }): string {
  return text === '-' ? '-' : `${label} ${text}`
}

/** Returns the message of a bad condition, or the evidence of an open create. */
function explainCondition({ condition, intent }: JobRecord): string {
  const well = condition?.type === 'Succeeded' || condition?.type === 'InProgress'
  return toSentence((well ? undefined : (condition?.message ?? intent?.evidence)) ?? '')
}

function formatBelow(text: string, options: ReportOptions): string[] {
  return text === '' ? [] : indent(wrapText(text, options.width - INDENT.length), options)
}

function indent(lines: readonly string[], options: ReportOptions): string[] {
  return lines.map((line) => `${INDENT}${paint('dim', line, options)}`)
}
