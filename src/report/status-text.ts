import type { Address } from '../model/address.ts'
import { getUntil, type Planned } from '../model/plan.ts'
import { type JobRecord, recordEntries } from '../model/state.ts'
import { ACTION_WORDS } from './action-words.ts'
import { escapeForTerminal } from './escape.ts'
import { paint, type ReportOptions } from './options.ts'
import { type Cell, formatTable } from './table.ts'
import { formatAgo, formatTime } from './time.ts'
import { cut, measureWidth, wrapText } from './width.ts'
import { chooseConditionStyle, countConditions, describeStanding, formatCount, toSentence } from './words.ts'

const HEAD = ['Address', 'Target', 'Run', 'ID', 'Condition', 'AWS status', 'Counts', 'Since']
const COUNTS_MAX = 60
const BOUNDS = [60, 30, 4, 40, 44, 24, COUNTS_MAX, 24]
const INDENT = '      '

/** What a status shows besides the records. */
export type StatusMore = {
  /** Planned actions of specs without a record. */
  readonly planned?: readonly Planned[]
  /** The target name of each address. Absent if jobwright.yaml names no targets. */
  readonly targets?: ReadonlyMap<Address, string>
}

type Entry = { readonly address: Address; readonly record?: JobRecord; readonly planned?: Planned }

/**
 * Formats a state's records and the specs without one for people: a row each, then counts. Addresses in `order` (that of the spec files)
 * come first, then the rest (withdrawn ones) by name. No line break at the end.
 */
export function formatStatus(
  records: Readonly<Record<Address, JobRecord>>,
  order: readonly Address[],
  options: ReportOptions,
  { planned = [], targets }: StatusMore = {},
): string {
  const rank = new Map(order.map((address, index) => [address, index]))
  const place = (address: Address) => rank.get(address) ?? rank.size
  const all: Entry[] = [
    ...recordEntries(records).map(([address, record]) => ({ address, record })),
    ...planned.map((one) => ({ address: one.address, planned: one })),
  ]
  const entries = all.sort((a, b) => place(a.address) - place(b.address) || (a.address < b.address ? -1 : 1))
  if (entries.length === 0) return 'No jobs are on record.'
  const head: Cell[] = HEAD.map((text) => ({ text: targets || text !== 'Target' ? text : '', style: 'bold' }))
  const cells = [head, ...entries.map((entry) => createRow(entry, targets, options))]
  const isWide = formatTable(cells, BOUNDS, { ...options, colour: false }).every(
    (line) => measureWidth(line) <= options.width,
  )
  const [first = '', ...rows] = isWide ? formatTable(cells, BOUNDS, options) : []
  return [
    ...(isWide ? [first] : []),
    ...entries.flatMap((entry, index) => [
      ...(isWide ? [rows[index] ?? ''] : narrowRow(cells[index + 1] ?? [], options)),
      ...formatBelow(entry.record ? explainCondition(entry.record) : explainNotYet(entry.planned), options),
    ]),
    '',
    ...wrapText(formatTotals(entries), options.width),
  ].join('\n')
}

/** `2 jobs: 2 succeeded. 3 specs without a job yet: 1 new, 2 held.` */
function formatTotals(entries: readonly Entry[]): string {
  const records = entries.flatMap(({ record }) => record ?? [])
  const counts = new Map<string, number>()
  for (const { planned } of entries)
    if (planned) counts.set(nameAction(planned), (counts.get(nameAction(planned)) ?? 0) + 1)
  const without = entries.length - records.length
  const parts = [...counts].map(([word, count]) => `${count} ${word}`).join(', ')
  return [
    ...(records.length > 0 ? [countRecords(records)] : []),
    ...(without > 0 ? [`${formatCount(without, 'spec')} without a job yet: ${parts}.`] : []),
  ].join(' ')
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

/** Counts records in words: `12 jobs: 7 succeeded, 4 in progress, 1 failed; 1 withdrawn, 3 archived.` */
export function countRecords(records: readonly JobRecord[]): string {
  const marks = [
    count(records, 'withdrawn', (record) => record.withdrawn !== undefined),
    count(records, 'archived', (record) => record.archived === true),
    count(records, 'lost', (record) => record.lost === true),
  ].filter((part) => part !== '')
  const tail = marks.length === 0 ? '' : `; ${marks.join(', ')}`
  const where = records.length === 0 ? '' : `: ${countConditions(records)}`
  return `${formatCount(records.length, 'job')}${where}${tail}.`
}

function count(records: readonly JobRecord[], word: string, is: (record: JobRecord) => boolean): string {
  const found = records.filter(is).length
  return found === 0 ? '' : `${found} ${word}`
}

function createRow(
  { address, record, planned }: Entry,
  targets: StatusMore['targets'],
  { now }: ReportOptions,
): Cell[] {
  const target = targets && (targets.get(address) ?? (record ? `${record.site.region}/${record.site.account}` : '-'))
  const start = [
    { text: escapeForTerminal(address), style: record?.withdrawn === undefined ? undefined : ('dim' as const) },
    { text: target === undefined ? '' : toSentence(target) },
  ]
  if (record === undefined) {
    const { style } = ACTION_WORDS[planned?.action ?? 'keep']
    const condition = { text: planned ? nameAction(planned) : '-', style }
    return [...start, { text: '-' }, { text: '-' }, condition, { text: '-' }, { text: '-' }, { text: '-' }]
  }
  const since = record.finishedAt ?? record.startedAt ?? record.createdAt ?? record.intent?.at
  return [
    ...start,
    { text: String(record.run) },
    { text: record.id === undefined ? '-' : toSentence(record.id) },
    { text: describeStanding(record), style: chooseConditionStyle(record.condition) },
    { text: record.status === undefined ? '-' : toSentence(record.status) },
    { text: formatCounts(record.counts) },
    { text: since === undefined ? '-' : formatAgo(since, now) },
  ]
}

/** Formats non-zero counts: `118 succeeded, 2 failed`. */
function formatCounts(counts: JobRecord['counts'] = {}): string {
  const shown = Object.entries(counts).filter(([, value]) => value !== 0)
  return cut(shown.map(([name, value]) => `${value} ${escapeForTerminal(name)}`).join(', ') || '-', COUNTS_MAX)
}

/** Formats a row that is too wide: the condition beside the name if it fits, and the rest below. */
function narrowRow([address, target, run, id, condition, ...more]: readonly Cell[], options: ReportOptions): string[] {
  const [name, state] = [address?.text ?? '', condition?.text ?? '']
  const start = `  ${paint(address?.style, name, options)}`
  const end = paint(condition?.style, state, options)
  const isOneLine = measureWidth(`  ${name}  ${state}`) <= options.width
  const rest = [
    target?.text ? `target ${target.text}` : '-',
    run?.text === '-' ? '-' : `run ${run?.text}`,
    id?.text === '-' ? '-' : `id ${id?.text}`,
    ...more.map(({ text }) => text),
  ]
  return [
    ...(isOneLine ? [`${start}  ${end}`] : [start, `${INDENT}${end}`]),
    ...formatBelow(rest.filter((text) => text !== '-').join(', '), options),
  ]
}

/** Returns the message of a bad condition, or the evidence of an open create. */
function explainCondition({ condition, intent }: JobRecord): string {
  const well = condition?.type === 'Succeeded' || condition?.type === 'InProgress'
  return toSentence((well ? undefined : (condition?.message ?? intent?.evidence)) ?? '')
}

function formatBelow(text: string, options: ReportOptions): string[] {
  if (text === '') return []
  return wrapText(text, options.width - INDENT.length).map((line) => `${INDENT}${paint('dim', line, options)}`)
}
