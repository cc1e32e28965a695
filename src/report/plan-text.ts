import { exitsOf } from '../model/codes.ts'
import { isTerminal } from '../model/condition.ts'
import {
  type ActionName,
  changesOf,
  countActions,
  type Difference,
  type Plan,
  type Planned,
  untilOf,
} from '../model/plan.ts'
import type { JobRecord } from '../model/state.ts'
import { ACTION_WORDS, actionCell, isQuiet } from './action-words.ts'
import { attentionText } from './attention-text.ts'
import { hintLines } from './diagnostics.ts'
import { forTerminal } from './escape.ts'
import { exitText } from './exit-text.ts'
import { paint, type ReportOptions } from './options.ts'
import { sharedHints } from './shared-hints.ts'
import { type Cell, columnWidths, tableRow } from './table.ts'
import { until } from './time.ts'
import { cut, displayWidth, wrapped } from './width.ts'
import { conditionCounts, counted, sentence } from './words.ts'

/** What a plan was made from, and what it is held against. Whatever is absent is not printed. */
export type PlanHeading = {
  /** The command: `plan` unless told. */
  readonly verb?: string
  /** The whole hash of the commit whose specs were read. */
  readonly commit?: string
  /** The serial of the state. */
  readonly serial?: number
  /** Where jobs go, in words: `emulator`. Absent: the regions and accounts of the actions. */
  readonly where?: string
  /** `guards.maxCreates`, and how many this run has made already. */
  readonly maxCreates?: number
  readonly createdBefore?: number
  /** No spec file was found, which need not mean that all were removed: nothing is taken for settled. */
  readonly isWithoutFiles?: boolean
}

const ADDRESS_MAX = 60
const REASON_MIN = 28
const VALUE_MAX = 60
const CHANGES_MAX = 8

/**
 * A plan for people: where it is for, a row for each address that is not simply as it should be, what differs and the ways out below
 * it, and totals. Its diagnostics and refusals are not in it: they are `diagnosticsText`'s. Lines without a line break at the end.
 */
export function planText(plan: Plan, heading: PlanHeading, options: ReportOptions): string {
  const loud = plan.actions.filter((planned) => !isQuiet(planned))
  const quiet = plan.actions.filter(isQuiet)
  return [
    paint('bold', headingText(plan, heading), options),
    '',
    ...(loud.length === 0 ? [] : [...rows(loud, options), ...keptLine(quiet), '']),
    ...closing(plan, heading, options),
  ].join('\n')
}

/** How often each action stands in a plan, in words: `1 to create, 2 waiting, 118 to keep`. */
export function totalsText(plan: Plan): string {
  const counts = countActions(plan)
  const parts = Object.entries(ACTION_WORDS).flatMap(([action, { total }]) => {
    const count = counts[action as ActionName]
    return count === undefined ? [] : `${count} ${total}`
  })
  return parts.join(', ') || 'nothing'
}

function headingText(plan: Plan, { verb = 'plan', commit, serial, where }: PlanHeading): string {
  const parts = [
    `jobwright ${verb}`,
    commit === undefined ? '' : `commit ${forTerminal(commit.slice(0, 7))}`,
    serial === undefined ? '' : `state #${serial}`,
    where === undefined ? sitesText(plan) : forTerminal(where),
  ]
  return parts.filter((part) => part !== '').join(' · ')
}

function sitesText(plan: Plan): string {
  const sites = plan.actions.flatMap(
    (planned) => (planned.action === 'create' ? planned.site : undefined) ?? planned.record?.site ?? [],
  )
  const names = [...new Set(sites.map(({ region, account }) => forTerminal(`${region}/${account}`)))].sort()
  return names.length > 3 ? counted(names.length, 'account and region', 'accounts and regions') : names.join(', ')
}

function rows(actions: readonly Planned[], options: ReportOptions): string[] {
  const made = actions.map((planned) => ({ planned, reason: sentence(planned.reason), start: rowStart(planned) }))
  const waits = actions.map((planned) => {
    const time = untilOf(planned)
    return time === undefined ? '' : until(time, options.now)
  })
  const widths = columnWidths(
    made.map(({ start }) => start),
    [Number.POSITIVE_INFINITY, ADDRESS_MAX],
  )
  const waitWidth = widest(waits)
  const taken = 2 + widths.reduce((sum, width) => sum + width + 2, 0) + (waitWidth === 0 ? 0 : waitWidth + 2)
  const room = Math.max(REASON_MIN, options.width - taken)
  const reasons = made.map(({ reason }) => wrapped(reason, room))
  const reasonWidth = Math.min(room, widest(reasons.flat()))
  const shared = sharedHints(actions, options)
  const lines = made.flatMap(({ planned, start }, index) => {
    const all = [...widths, reasonWidth, waitWidth]
    const [first = '', ...more] = reasons[index] ?? []
    return [
      tableRow([...start, { text: first }, { text: waits[index] ?? '' }], all, options),
      ...more.map((text) => tableRow([{ text: '' }, { text: '' }, { text }], all, options)),
      ...below(planned),
      ...(shared.told.has(planned) ? [] : hintLines(planned, ' '.repeat(6), options)),
    ]
  })
  return [...lines, ...shared.lines]
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, displayWidth(text)), 0)
}

function rowStart(planned: Planned): Cell[] {
  return [actionCell(planned.action), { text: forTerminal(planned.address) }]
}

/** Its name before, and what differs. */
function below(planned: Planned): string[] {
  const { action, movedFrom, record } = planned
  const changes = changesOf(planned) ?? []
  const indent = ' '.repeat(6)
  const known = record === undefined ? 'live' : 'recorded'
  const beyond = changes.length - CHANGES_MAX
  // The reason of a record that only moves names the old address itself.
  const before = movedFrom === undefined || action === 'keep' ? [] : [`${indent}was ${forTerminal(movedFrom)}`]
  return [
    ...before,
    ...changes.slice(0, CHANGES_MAX).map((change) => indent + differenceText(change, known)),
    ...(beyond > 0 ? [`${indent}… and ${counted(beyond, 'more difference')}`] : []),
  ]
}

/** `/S3Destination/ManifestKey: recorded "a", spec "b"`. */
function differenceText({ pointer, from, to }: Difference, known: string): string {
  const value = (json: unknown) => (json === undefined ? 'nothing' : cut(forTerminal(JSON.stringify(json)), VALUE_MAX))
  return `${sentence(pointer) || '/'}: ${known} ${value(from)}, spec ${value(to)}`
}

/** `  · 118 kept (97 finished, 1 failed)`. */
function keptLine(quiet: readonly Planned[]): string[] {
  if (quiet.length === 0) return []
  const records = recordsOf(quiet)
  const finished = records.filter(({ condition }) => isTerminal(condition))
  const failed = finished.filter(({ condition }) => condition?.type === 'Failed')
  const parts = [
    finished.length === 0 ? '' : `${finished.length} finished`,
    failed.length === 0 ? '' : `${failed.length} of them failed`,
    records.length === finished.length ? '' : `${records.length - finished.length} running`,
  ].filter((part) => part !== '')
  return [`  · ${quiet.length} kept${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`]
}

function closing(
  plan: Plan,
  { verb = 'plan', maxCreates, createdBefore = 0, isWithoutFiles = false }: PlanHeading,
  options: ReportOptions,
): string[] {
  const creates = countActions(plan).create ?? 0
  const idle = plan.actions.every(({ action }) => action === 'keep')
  const refused = [...new Set(plan.refusals.flatMap(({ code }) => exitsOf(code)))]
  // A run says it at its end, of what is so by then.
  const attention = verb === 'plan' ? attentionText(plan.findings) : undefined
  const guard = maxCreates === undefined ? '' : `Creates: ${createdBefore + creates} of ${maxCreates} allowed per run.`
  return [
    idle && refused.length === 0 ? idleText(plan.actions, isWithoutFiles) : `Plan: ${totalsText(plan)}.`,
    ...(creates > 0 && guard !== '' ? [guard] : []),
    ...(attention === undefined ? [] : [attention]),
    ...refused.map((code) => paint('red', `This plan is refused: ${exitText(code)}`, options)),
  ]
}

/** Why there is nothing to do, without hiding what failed or still runs. */
function idleText(actions: readonly Planned[], isWithoutFiles: boolean): string {
  const records = recordsOf(actions)
  if (isWithoutFiles) return `Nothing was planned: no spec file was found.${leftText(records.length)}`
  const specs = counted(actions.filter(({ spec }) => spec !== undefined).length, 'spec')
  if (records.length === 0) return actions.length === 0 ? 'Nothing to do: no specs.' : `Nothing to do: ${specs}.`
  const jobs = counted(records.length, 'job')
  if (records.every(({ condition }) => isTerminal(condition)))
    return `Nothing to do: ${specs}, ${jobs}, all settled (${conditionCounts(records)}).`
  return `Nothing to do now: ${specs}, ${jobs} (${conditionCounts(records)}).`
}

function leftText(jobs: number): string {
  if (jobs === 0) return ''
  return jobs === 1 ? ' The job on record is left as it is.' : ` The ${jobs} jobs on record are left as they are.`
}

function recordsOf(actions: readonly Planned[]): JobRecord[] {
  return actions.flatMap(({ record, next }) => next ?? record ?? [])
}
