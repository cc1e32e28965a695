import type { Address } from '../model/address.ts'
import { type JobRecord, recordEntries } from '../model/state.ts'
import { forTerminal } from './escape.ts'
import { paint, type ReportOptions } from './options.ts'
import { type Cell, table } from './table.ts'
import { ago } from './time.ts'
import { cut, displayWidth, wrapped } from './width.ts'
import { conditionCounts, conditionStyle, counted, sentence, standing } from './words.ts'

const HEAD = ['Address', 'Run', 'ID', 'Condition', 'AWS status', 'Counts', 'Since']
const COUNTS_MAX = 60
const BOUNDS = [60, 4, 40, 44, 24, COUNTS_MAX, 24]
const INDENT = '      '

/**
 * The records of a state for people: a row each, then how many jobs are where. Addresses in `order` (that of the spec files) come
 * first, all others (withdrawn ones) by name. Lines without a line break at the end.
 */
export function statusText(
  records: Readonly<Record<Address, JobRecord>>,
  order: readonly Address[],
  options: ReportOptions,
): string {
  const rank = new Map(order.map((address, index) => [address, index]))
  const place = (address: Address) => rank.get(address) ?? rank.size
  const entries = recordEntries(records).sort(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1))
  if (entries.length === 0) return 'No jobs are on record.'
  const head: Cell[] = HEAD.map((text) => ({ text, style: 'bold' }))
  const cells = [head, ...entries.map(([address, record]) => row(address, record, options))]
  const isWide = table(cells, BOUNDS, { ...options, colour: false }).every(
    (line) => displayWidth(line) <= options.width,
  )
  const [first = '', ...rows] = isWide ? table(cells, BOUNDS, options) : []
  return [
    ...(isWide ? [first] : []),
    ...entries.flatMap(([, record], index) => [
      ...(isWide ? [rows[index] ?? ''] : narrowRow(cells[index + 1] ?? [], options)),
      ...below(because(record), options),
    ]),
    '',
    ...wrapped(recordsCount(entries.map(([, record]) => record)), options.width),
  ].join('\n')
}

/** `12 jobs: 7 succeeded, 4 in progress, 1 failed; 1 withdrawn, 3 archived.` */
export function recordsCount(records: readonly JobRecord[]): string {
  const marks = [
    count(records, 'withdrawn', (record) => record.withdrawn !== undefined),
    count(records, 'archived', (record) => record.archived === true),
    count(records, 'lost', (record) => record.lost === true),
  ].filter((part) => part !== '')
  const tail = marks.length === 0 ? '' : `; ${marks.join(', ')}`
  const where = records.length === 0 ? '' : `: ${conditionCounts(records)}`
  return `${counted(records.length, 'job')}${where}${tail}.`
}

function count(records: readonly JobRecord[], word: string, is: (record: JobRecord) => boolean): string {
  const found = records.filter(is).length
  return found === 0 ? '' : `${found} ${word}`
}

function row(address: Address, record: JobRecord, { now }: ReportOptions): Cell[] {
  const since = record.finishedAt ?? record.startedAt ?? record.createdAt ?? record.intent?.at
  return [
    { text: forTerminal(address), style: record.withdrawn === undefined ? undefined : 'dim' },
    { text: String(record.run) },
    { text: record.id === undefined ? '-' : sentence(record.id) },
    { text: standing(record), style: conditionStyle(record.condition) },
    { text: record.status === undefined ? '-' : sentence(record.status) },
    { text: countsText(record.counts) },
    { text: since === undefined ? '-' : ago(since, now) },
  ]
}

/** `118 succeeded, 2 failed`, nothing that is zero. */
function countsText(counts: JobRecord['counts'] = {}): string {
  const told = Object.entries(counts).filter(([, value]) => value !== 0)
  return cut(told.map(([name, value]) => `${value} ${forTerminal(name)}`).join(', ') || '-', COUNTS_MAX)
}

/** A row that has no room: where the job stands beside its name, if that fits, and all else below. */
function narrowRow([address, run, id, condition, ...more]: readonly Cell[], options: ReportOptions): string[] {
  const [name, state] = [address?.text ?? '', condition?.text ?? '']
  const start = `  ${paint(address?.style, name, options)}`
  const end = paint(condition?.style, state, options)
  const isOneLine = displayWidth(`  ${name}  ${state}`) <= options.width
  const rest = [`run ${run?.text}`, id?.text === '-' ? '-' : `id ${id?.text}`, ...more.map(({ text }) => text)]
  return [
    ...(isOneLine ? [`${start}  ${end}`] : [start, `${INDENT}${end}`]),
    ...below(rest.filter((text) => text !== '-').join(', '), options),
  ]
}

/** Why a job is not well. */
function because({ condition, intent }: JobRecord): string {
  const well = condition?.type === 'Succeeded' || condition?.type === 'InProgress'
  return sentence((well ? undefined : (condition?.message ?? intent?.evidence)) ?? '')
}

function below(text: string, options: ReportOptions): string[] {
  if (text === '') return []
  return wrapped(text, options.width - INDENT.length).map((line) => `${INDENT}${paint('dim', line, options)}`)
}
