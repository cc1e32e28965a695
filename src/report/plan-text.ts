import { getExitCodes } from '../model/codes.ts'
import { isTerminal } from '../model/condition.ts'
import { getElements } from '../model/elements.ts'
import { type ActionName, countActions, getUntil, type Plan, type Planned } from '../model/plan.ts'
import { suggest } from '../model/remedy.ts'
import type { JobRecord } from '../model/state.ts'
import { ACTION_WORDS, formatAction, isOnlyCounted } from './action-words.ts'
import { formatAttention } from './attention-text.ts'
import { hintLines } from './diagnostics.ts'
import { formatDifference } from './difference-text.ts'
import { escapeForTerminal } from './escape.ts'
import { paint, type ReportOptions } from './options.ts'
import { type CountedPlan, framePlan } from './plan-frame.ts'
import { formatFullPreview, formatPreview, isMaking } from './preview-text.ts'
import { findSharedHints } from './shared-hints.ts'
import { type Cell, formatRow, measureColumns } from './table.ts'
import { formatUntil } from './time.ts'
import { measureWidth, wrapText } from './width.ts'
import { countConditions, formatCount, toSentence } from './words.ts'

/** What a plan was made from and compared with. Absent members are not printed. */
export type PlanHeading = {
  /** The command. Default: `plan`. */
  readonly verb?: string
  /** The full hash of the commit whose specs were read. */
  readonly commit?: string
  /** The serial of the state. */
  readonly serial?: number
  /** Where jobs are created, in words: `emulator`. Default: the regions and accounts of the actions. */
  readonly where?: string
  /** `guards.maxCreates`, and how many jobs this run has already created. */
  readonly maxCreates?: number
  readonly createdBefore?: number
  /** No spec file was found. That need not mean that all were removed, so nothing is reported as settled. */
  readonly isWithoutFiles?: boolean
  /** Show every request in full. */
  readonly isFull?: boolean
}

const ADDRESS_MAX = 60
const REASON_MIN = 28
/** A row that does not fit is stacked on a terminal, and below this width. Logs are wider. */
const NARROW = 110
/** A plan that makes more is shown without what each action makes. */
const PREVIEWS_MAX = 25
const CHANGES_MAX = 8

/**
 * Formats a plan for people: target, a row for each address with something to report, differences, remedies and totals. Diagnostics and
 * refusals are left to `formatDiagnostics`. No line break at the end.
 */
export function formatPlan(plan: Plan, heading: PlanHeading, options: ReportOptions): string {
  const isShown = (planned: Planned): boolean => heading.isFull === true || !isOnlyCounted(planned)
  const loud = plan.actions.filter(isShown)
  const quiet = plan.actions.filter((planned) => !isShown(planned))
  const rows = loud.length === 0 ? [] : [...formatRows(loud, heading, options), ...formatKept(quiet), '']
  return framePlan(formatHeading(plan, heading), rows, formatClosing(plan, heading, options), options)
}

/** Returns the text of a plan that has nothing to do and only counts. Undefined if it says more. */
export function describeCounted(plan: Plan, heading: PlanHeading, options: ReportOptions): CountedPlan | undefined {
  if (heading.isFull === true || !plan.actions.every(isOnlyCounted) || plan.refusals.length > 0) return undefined
  const [closing = '', ...more] = formatClosing(plan, heading, options)
  return more.length === 0 ? { heading: formatHeading(plan, heading), closing } : undefined
}

/** Counts the actions of a plan in words: `1 to create, 2 waiting, 118 to keep`. */
export function formatTotals(plan: Plan): string {
  const counts = countActions(plan)
  const parts = Object.entries(ACTION_WORDS).flatMap(([action, { total }]) => {
    const count = counts[action as ActionName]
    return count === undefined ? [] : `${count} ${total}`
  })
  return parts.join(', ') || 'nothing'
}

function formatHeading(plan: Plan, { verb = 'plan', commit, serial, where }: PlanHeading): string {
  const parts = [
    `jobwright ${verb}`,
    commit === undefined ? '' : `commit ${escapeForTerminal(commit.slice(0, 7))}`,
    serial === undefined ? '' : `state #${serial}`,
    where === undefined ? formatSites(plan) : escapeForTerminal(where),
  ]
  return parts.filter((part) => part !== '').join(' · ')
}

function formatSites(plan: Plan): string {
  const names = new Set<string>()
  for (const planned of plan.actions) {
    const site = (planned.action === 'create' ? planned.site : undefined) ?? planned.record?.site
    if (site !== undefined) names.add(`${site.region}/${site.account}`)
  }
  if (names.size > 3) return formatCount(names.size, 'account and region', 'accounts and regions')
  return [...names]
    .map((name) => escapeForTerminal(name))
    .sort()
    .join(', ')
}

function formatRows(actions: readonly Planned[], heading: PlanHeading, options: ReportOptions): string[] {
  const made = actions.map((planned) => ({ planned, reason: toSentence(planned.reason), start: startRow(planned) }))
  const waits = actions.map((planned) => {
    const time = getUntil(planned)
    return time === undefined ? '' : formatUntil(time, options.now)
  })
  const widths = measureColumns(
    made.map(({ start }) => start),
    [Number.POSITIVE_INFINITY, ADDRESS_MAX],
  )
  const waitWidth = measureWidest(waits)
  const taken = 2 + widths.reduce((sum, width) => sum + width + 2, 0) + (waitWidth === 0 ? 0 : waitWidth + 2)
  const room = Math.max(REASON_MIN, options.width - taken)
  const reasons = made.map(({ reason }) => wrapText(reason, room))
  const widest = measureWidest(reasons.flat())
  const reasonWidth = Math.min(room, widest)
  // A long address or value needs more than its column.
  const beyond = Math.max(0, measureWidest(actions.map(({ address }) => address)) - ADDRESS_MAX)
  const isFitting = taken + beyond + Math.max(REASON_MIN, widest) <= options.width
  const isStacked = !isFitting && (options.terminal === true || options.width < NARROW)
  const shared = findSharedHints(actions, options)
  const previews = choosePreviews(actions, heading)
  const lines = made.flatMap(({ planned, start }, index) => {
    const all = [...widths, reasonWidth, waitWidth]
    const [first = '', ...more] = reasons[index] ?? []
    const rows = [
      formatRow([...start, { text: first }, { text: waits[index] ?? '' }], all, options),
      ...more.map((text) => formatRow([{ text: '' }, { text: '' }, { text }], all, options)),
    ]
    return [
      ...(isStacked ? stackRow(planned, widths[0] ?? 0, waits[index] ?? '', options) : rows),
      ...previews.of(planned, options),
      ...formatBelow(planned, options),
      ...(shared.shown.has(planned) ? [] : hintLines(planned, ' '.repeat(6), options)),
    ]
  })
  return [...lines, ...previews.closing(options), ...shared.lines]
}

/** A row for a narrow terminal: the reason and the time are below the address. */
function stackRow(planned: Planned, actionWidth: number, wait: string, options: ReportOptions): string[] {
  const text = [toSentence(planned.reason), wait].filter((part) => part !== '').join('; ')
  return [
    formatRow(startRow(planned), [actionWidth, ADDRESS_MAX], options),
    ...wrapText(text, options.width - 6).map((line) => `${' '.repeat(6)}${line}`),
  ]
}

function measureWidest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, measureWidth(text)), 0)
}

function startRow(planned: Planned): Cell[] {
  return [formatAction(planned.action), { text: escapeForTerminal(planned.address) }]
}

/** How the rows of a plan show what each action makes. */
type Previews = {
  readonly of: (planned: Planned, options: ReportOptions) => readonly string[]
  readonly closing: (options: ReportOptions) => readonly string[]
}

/** A run tells what it does; only a plan tells what will be made. A large plan says how to see that. */
function choosePreviews(actions: readonly Planned[], { verb = 'plan', isFull = false }: PlanHeading): Previews {
  if (isFull) return { of: formatFullPreview, closing: () => [] }
  if (verb !== 'plan') return { of: () => [], closing: () => [] }
  if (actions.filter(isMaking).length <= PREVIEWS_MAX) return { of: formatPreview, closing: () => [] }
  const hint = suggest('to see what each action makes', 'plan', '--full')
  return {
    of: () => [],
    closing: (options) => hintLines({ remedies: [hint] }, ' '.repeat(6), options),
  }
}

/** Formats the former name and the differences. */
function formatBelow(planned: Planned, options: ReportOptions): string[] {
  const { action, movedFrom } = planned
  const changes = getElements(planned) ?? []
  const indent = ' '.repeat(6)
  const beyond = changes.length - CHANGES_MAX
  // The reason of a moved record already names the old address.
  const before = movedFrom === undefined || action === 'keep' ? [] : [`${indent}was ${escapeForTerminal(movedFrom)}`]
  return [
    ...before,
    ...changes.slice(0, CHANGES_MAX).flatMap((change) => formatDifference(change, indent, options)),
    ...(beyond > 0 ? [`${indent}… and ${formatCount(beyond, 'more difference')}`] : []),
  ]
}

/** `  · 118 kept (97 finished, 1 failed)`. */
function formatKept(quiet: readonly Planned[]): string[] {
  if (quiet.length === 0) return []
  const records = listRecords(quiet)
  const finished = records.filter(({ condition }) => isTerminal(condition))
  const failed = finished.filter(({ condition }) => condition?.type === 'Failed')
  const parts = [
    finished.length === 0 ? '' : `${finished.length} finished`,
    failed.length === 0 ? '' : `${failed.length} of them failed`,
    records.length === finished.length ? '' : `${records.length - finished.length} unfinished`,
  ].filter((part) => part !== '')
  return [`  · ${quiet.length} kept${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`]
}

function formatClosing(
  plan: Plan,
  { verb = 'plan', maxCreates, createdBefore = 0, isWithoutFiles = false }: PlanHeading,
  options: ReportOptions,
): string[] {
  // The guard counts no run of a schedule.
  const creates = plan.actions.filter(({ action, spec }) => action === 'create' && !spec?.occurrence).length
  const idle = plan.actions.every(({ action }) => action === 'keep')
  const refused = [...new Set(plan.refusals.map(({ code }) => code))]
  // A run prints this at its end, from the final plan.
  const attention = verb === 'plan' ? formatAttention(plan.findings) : undefined
  const guard =
    maxCreates === undefined ? '' : `Creates: ${createdBefore + creates} of ${maxCreates} allowed per reconcile.`
  return [
    idle && refused.length === 0 ? formatIdle(plan.actions, isWithoutFiles) : `Plan: ${formatTotals(plan)}.`,
    ...(creates > 0 && guard !== '' ? [guard] : []),
    ...(attention === undefined ? [] : [attention]),
    ...refused.map((code) =>
      paint('red', `This plan is refused: ${code} (exit ${getExitCodes(code).join(', ')})`, options),
    ),
  ]
}

/** Says why there is nothing to do, and which jobs failed or still run. */
function formatIdle(actions: readonly Planned[], isWithoutFiles: boolean): string {
  const records = listRecords(actions)
  if (isWithoutFiles) return `Nothing was planned: no spec file was found.${formatLeft(records.length)}`
  const specs = formatCount(actions.filter(({ spec }) => spec !== undefined).length, 'spec')
  if (records.length === 0) return actions.length === 0 ? 'Nothing to do: no specs.' : `Nothing to do: ${specs}.`
  const jobs = formatCount(records.length, 'job')
  if (records.every(({ condition }) => isTerminal(condition)))
    return `Nothing to do: ${specs}, ${jobs}, all finished (${countConditions(records)}).`
  return `Nothing to do now: ${specs}, ${jobs} (${countConditions(records)}).`
}

function formatLeft(jobs: number): string {
  if (jobs === 0) return ''
  return jobs === 1 ? ' The job on record is left as it is.' : ` The ${jobs} jobs on record are left as they are.`
}

function listRecords(actions: readonly Planned[]): JobRecord[] {
  return actions.flatMap(({ record, next }) => next ?? record ?? [])
}
