import type { Address } from '../../model/address.ts'
import { isTerminal } from '../../model/condition.ts'
import { groupBy } from '../../model/group.ts'
import { formatIso } from '../../model/iso.ts'
import { canonicalise, type Json } from '../../model/json.ts'
import type { Planned, PlannedKeep, PlannedStop } from '../../model/plan.ts'
import { advise } from '../../model/remedy.ts'
import type { Schedule } from '../../model/schedule.ts'
import { type Series, SKIP_WORDS, type Skipped } from '../../model/series.ts'
import { type Change, isSettled, type JobRecord } from '../../model/state.ts'
import { formatLocal, isSameSchedule, listNext } from '../../schedule/instants.ts'
import { nameOccurrence } from '../../schedule/names.ts'
import { holdSeries, isSeriesApproved } from '../bounds/approval.ts'
import { createLine, type Planner } from '../context.ts'
import { explainPresence } from '../questions/absence.ts'
import { DEPENDS_MET } from '../questions/dependencies.ts'
import { planUncommitted } from '../situations/new.ts'
import { type Decided, skipRuns } from './decide.ts'
import { createRun, type Expanded, hasEnded, type Run, type SeriesTurn } from './expand.ts'

/** How many of the next runs an edit shows, before and after. */
const NEXT = 5
const DAY_MS = 86_400_000

/** The lines of the series in a plan, and what the plan decides about them. */
export type SettledSeries = { readonly lines: readonly Planned[]; readonly decided: readonly Change[] }

/** Completes what is decided about each series by the lines of its runs, which know this plan's reads. */
export function settleSeries(
  context: Planner,
  { turns, ended, removed }: Pick<Expanded<unknown>, 'turns' | 'ended' | 'removed'>,
  lines: readonly Planned[],
): SettledSeries {
  if (turns.length + ended.length + removed.length === 0) return { lines, decided: [] }
  const at = new Map(lines.map((planned) => [planned.address, planned]))
  const own = turns.map((turn) => settleTurn(context, turn, at))
  const left = context.refreshOnly ? [] : removed.flatMap((one) => withdrawSeries(context, one))
  const said = new Map(own.flatMap(({ line }) => line ?? []).map((line) => [line.address, line]))
  return {
    lines: [
      // An extra run has the address of its series, and says both.
      ...lines.map((planned) => addReason(planned, said.get(planned.address))),
      ...[...said.values()].filter(({ address }) => !at.has(address)),
      ...ended.map((spec) =>
        createLine(spec, {
          action: 'conflict',
          code: 'PLAN_SERIES',
          reason: 'its runs came by a schedule that is gone, and without one it would run once more',
          remedies: [
            advise('to end the schedule, write its end, or remove the spec'),
            advise(`to run it once more, write policy.run: ${(context.records[spec.address]?.run ?? 1) + 1}`),
          ],
        }),
      ),
      ...left.flatMap(({ line }) => line),
    ],
    decided: [...own, ...left].flatMap(({ changes }) => changes),
  }
}

function addReason(planned: Planned, series: SeriesLine | undefined): Planned {
  if (series === undefined) return planned
  const record = planned.next ?? planned.record
  // An extra run that has ended waits for nothing. Its series does.
  if (planned.action === 'keep' && isTerminal(record?.condition)) {
    const { next } = planned
    return {
      ...series,
      record: planned.record,
      next,
      reason: `${series.reason}; run ${record?.run}: ${planned.reason}`,
    }
  }
  return { ...planned, reason: `${planned.reason}; ${series.reason}` }
}

type SeriesLine = PlannedStop | PlannedKeep
type Settled = { readonly line?: SeriesLine; readonly changes: readonly Change[] }

function settleTurn(context: Planner, turn: SeriesTurn, at: ReadonlyMap<Address, Planned>): Settled {
  const { spec, before, movedFrom, looksLike } = turn
  if (context.only && !context.only(spec.address, spec.labels)) return { changes: [] }
  if (looksLike !== undefined) return { line: planLookalike(turn, looksLike), changes: [] }
  if (turn.decided === undefined) {
    if (context.decisions) return { changes: [] }
    const line = planUncommitted(context, spec) ?? (isSeriesApproved(context, spec) ? undefined : holdSeries(spec))
    return line ? { line, changes: [] } : { changes: [] }
  }
  const open = turn.runs.findLast(({ record }) => !hasEnded(record, context.modelOf(spec.kind)))
  const now = open && readNow(context, open, at.get(open.address))
  const decided = now?.isOpen ? skipOverlapping(turn.decided, turn, now.record) : turn.decided
  const isChanged = movedFrom !== undefined || !before || !isSame(prune(before, turn), decided.series)
  const folded = isChanged ? foldRuns(context, turn, decided.series, at) : { series: decided.series, changes: [] }
  return {
    line: describe(context, turn, decided, open !== undefined && now?.hasEnded === true, open),
    changes:
      isChanged && !(context.refreshOnly && movedFrom !== undefined)
        ? [
            ...(movedFrom === undefined ? [] : [{ set: 'series', address: movedFrom, series: null } as const]),
            { set: 'series', address: spec.address, series: folded.series },
            ...folded.changes,
          ]
        : [],
  }
}

/** The previous run, as this plan read it: unfinished, ended, or neither if it could not be read. */
function readNow(
  context: Planner,
  { address, record }: Run,
  planned: Planned | undefined,
): { readonly record: JobRecord; readonly isOpen: boolean; readonly hasEnded: boolean } {
  const now = planned?.next ?? record
  const hasEndedNow = planned !== undefined && hasEnded(now, context.modelOf(address.slice(0, address.indexOf('/'))))
  const isRead = !isSettled(record) || context.observed.jobs.get(address)?.is === 'live'
  return { record: now, isOpen: planned !== undefined && isRead && !hasEndedNow, hasEnded: hasEndedNow }
}

/** With `overlap: skip`, a run that became due after the unfinished one was submitted is skipped. */
function skipOverlapping(decided: Decided, { spec, before }: SeriesTurn, record: JobRecord): Decided {
  const { schedule } = before ?? spec.policy
  if (schedule.overlap !== 'skip') return decided
  const submitted = record.intent?.at ?? record.createdAt ?? record.startedAt
  const since = submitted === undefined ? Number.NEGATIVE_INFINITY : Date.parse(submitted)
  const gone = decided.due.filter((instant) => instant > since)
  return gone.length === 0 ? decided : skipRuns(decided, gone, 'overlap', schedule)
}

/** Leaves out runs that have a job by now. That alone is not worth a write. */
function prune(before: Series, { runs }: SeriesTurn): Series {
  const made = new Set(runs.flatMap(({ instant, record }) => (isSettled(record) ? [formatIso(instant)] : [])))
  const due = before.due?.filter((at) => !made.has(at))
  return { ...before, due: due?.length ? due : undefined }
}

function isSame(one: Series, other: Series): boolean {
  return canonicalise(one as unknown as Json) === canonicalise(other as unknown as Json)
}

/**
 * How many of the newest runs keep a record, for kinds whose job IDs you choose. Older runs need none, because no later
 * run has the same ID.
 */
const KEPT = 100

/** Drops the records of old runs that their service has forgotten. They become a count. */
function foldRuns(
  context: Planner,
  { spec, runs }: SeriesTurn,
  series: Series,
  at: ReadonlyMap<Address, Planned>,
): { series: Series; changes: Change[] } {
  const model = context.modelOf(spec.kind)
  const { retentionDays = Number.POSITIVE_INFINITY } = model.lifecycle
  const isForgotten = ({ record }: Run, index: number): boolean => {
    const finished = Date.parse(record.finishedAt ?? '')
    const isOld = context.now - finished > retentionDays * DAY_MS
    return record.archived === true || isOld || (model.identity.idMember !== undefined && runs.length - index > KEPT)
  }
  const isDone = ({ address, record }: Run): boolean =>
    hasEnded(record, model) &&
    at.get(address)?.next === undefined &&
    (record.condition?.type === 'Succeeded' || at.get(address)?.spec?.occurrence?.isSettled === true)
  const folded = runs.filter((run, index) => isForgotten(run, index) && isDone(run))
  const last = folded.at(-1)
  if (last === undefined) return { series, changes: [] }
  return {
    series: { ...series, forgotten: (series.forgotten ?? 0) + folded.length, last: formatIso(last.instant) },
    changes: folded.map(({ address }) => ({ set: 'record', address, record: null })),
  }
}

/** Says what is due, what is skipped, what waits, and when the next run is due. */
function describe(
  context: Planner,
  turn: SeriesTurn,
  { due, skipped }: Decided,
  isOverNow: boolean,
  open: Run | undefined,
): SeriesLine {
  const { spec, before } = turn
  const { schedule, hold } = spec.policy
  const now = context.dueAt ?? context.now
  const skip = new Set(before?.skip)
  const next = listNext(schedule, now, NEXT + skip.size).filter((instant) => !skip.has(formatIso(instant)))
  const [first] = next
  const [waiting, ...more] = open ? due : due.slice(1)
  const parts = [
    ...(hold ? ['policy.hold is true'] : []),
    ...describeEdit(turn, now),
    ...describeSkipped(turn, skipped),
    ...(waiting === undefined
      ? []
      : [
          `${formatLocal(schedule, waiting)} is due${isOverNow ? ': the run before has ended, and it is next' : ' and waits for the run before'}`,
        ]),
    ...(more.length > 0 ? [`${more.length} more ${more.length === 1 ? 'waits' : 'wait'}`] : []),
    first === undefined ? 'the schedule has ended' : `next run ${formatLocal(schedule, first)}`,
  ]
  const reason = parts.join('; ')
  const until = first === undefined ? undefined : formatIso(first)
  const nextRun = waiting ?? first
  const upcoming =
    nextRun === undefined ? undefined : createRun(context, spec, nameOccurrence(spec.address, nextRun), nextRun)
  if (hold) return createLine(spec, { action: 'held', reason, upcoming })
  if (waiting !== undefined && isOverNow)
    return createLine(spec, { action: 'waiting', code: DEPENDS_MET, reason, until, upcoming })
  if (upcoming === undefined) return createLine(spec, { action: 'keep', reason })
  return createLine(spec, { action: 'waiting', reason, until, upcoming })
}

/** `skips 3 runs, 2026-12-07 03:00 to 2026-12-21 03:00 (on hold)`. */
function describeSkipped({ spec }: SeriesTurn, skipped: readonly Skipped[]): string[] {
  const time = ({ at }: Skipped): string => formatLocal(spec.policy.schedule, Date.parse(at)).slice(0, 16)
  return [...groupBy(skipped, ({ why }) => why)].map(([why, [first, ...more]]) => {
    const last = more.at(-1)
    const runs = last ? `${more.length + 1} runs, ${time(first!)} to ${time(last)}` : time(first!)
    return `skips ${runs} (${SKIP_WORDS[why]})`
  })
}

/** The next runs before and after an edit of the schedule. What is past stays as it was decided. */
function describeEdit({ spec, before }: SeriesTurn, now: number): string[] {
  const { schedule } = spec.policy
  if (!before || isSameSchedule(before.schedule, schedule)) return []
  const list = (one: Schedule): string =>
    listNext(one, now, NEXT)
      .map((instant) => formatLocal(one, instant).slice(0, 16))
      .join(', ') || 'none'
  return [`the schedule was edited: the next runs were ${list(before.schedule)}; now they are ${list(schedule)}`]
}

function planLookalike({ spec }: SeriesTurn, old: Address): PlannedStop {
  return createLine(spec, {
    action: 'conflict',
    code: 'PLAN_RENAMED',
    reason: `looks like ${old} renamed: the same request, and that spec is gone`,
    remedies: [
      advise(`if it was renamed, write metadata.formerly: ${old.slice(old.indexOf('/') + 1)}`),
      advise('if both are to run, write policy.allowIdentical: true'),
    ],
  })
}

/** Marks a series whose spec was removed. Nothing more is due until the spec is back. */
function withdrawSeries(
  context: Planner,
  { address, series, runs }: Expanded<unknown>['removed'][number],
): { line: readonly Planned[]; changes: readonly Change[] }[] {
  if (series.withdrawn !== undefined || context.decisions || context.only) return []
  const obstacle = explainPresence(context)
  if (obstacle !== undefined) return []
  const withdrawn = formatIso(context.now)
  return [
    {
      line: [{ address, action: 'keep', reason: 'its spec was removed; no run is due any more' }],
      changes: [
        { set: 'series', address, series: { ...series, withdrawn } },
        ...runs
          .filter(({ record }) => hasEnded(record, context.modelOf(address.slice(0, address.indexOf('/')))))
          .map((run): Change => ({ set: 'record', address: run.address, record: { ...run.record, withdrawn } })),
      ],
    },
  ]
}
