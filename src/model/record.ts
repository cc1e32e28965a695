import { type Condition, isTerminal } from './condition.ts'
import { iso } from './iso.ts'
import type { KindModel } from './kind.ts'
import type { Live } from './live.ts'
import type { Spec } from './spec.ts'
import { type JobRecord, type PastRun, type Site, siteKey } from './state.ts'

/** Whether the asset of a job that succeeded is still to be fetched to where its spec wants it. */
export function isDownloadDue({ download }: Pick<Spec, 'download'>, record: JobRecord): boolean {
  if (download === undefined || record.id === undefined || record.condition?.type !== 'Succeeded') return false
  return record.downloaded?.file !== download.file
}

/** A record with what a read tells: status, counts, condition, times. Nothing of it changes by reading the same again. */
export function refreshed(record: JobRecord, live: Live, condition: Condition, now: number): JobRecord {
  const { lost: _lost, archived: _archived, ...rest } = record
  const ended = isTerminal(condition)
  const finishedAt = live.finishedAt ?? record.finishedAt ?? (ended ? iso(now) : undefined)
  return {
    ...rest,
    id: live.id,
    ...(live.arn !== undefined && { arn: live.arn }),
    status: live.status,
    condition,
    ...(live.counts && { counts: live.counts }),
    ...(live.createdAt !== undefined && { createdAt: live.createdAt }),
    ...(ended && finishedAt !== undefined && { finishedAt }),
  }
}

/** The same of a job that may have begun since it was recorded: its stage follows too. */
export function reread(
  model: Pick<KindModel, 'lifecycle'>,
  record: JobRecord,
  live: Live,
  condition: Condition,
  now: number,
): JobRecord {
  const next = refreshed(record, live, condition, now)
  return record.stage === 'created' ? { ...next, stage: model.lifecycle.stageOf(live) } : next
}

/** A record that takes over a live job, whose create is thereby settled. */
export function adopted(record: JobRecord, live: Live, condition: Condition, now: number): JobRecord {
  const { intent: _intent, ...rest } = record
  return refreshed(rest, live, condition, now)
}

/**
 * The past runs of an address at a given run and place, as a member to spread: the previous record joins them once its run is superseded.
 * Runs that were elsewhere keep their place.
 */
export function historyFor(previous: JobRecord | undefined, run: number, site: Site): { history?: readonly PastRun[] } {
  if (!previous) return {}
  const past = previous.run === run ? (previous.history ?? []) : [...(previous.history ?? []), pastRun(previous)]
  if (past.length === 0) return {}
  const here = siteKey(site)
  return {
    history: past.map(({ site: own = previous.site, ...rest }) =>
      siteKey(own) === here ? rest : { ...rest, site: own },
    ),
  }
}

function pastRun({ run, id, condition, status, finishedAt }: JobRecord): PastRun {
  return {
    run,
    ...(id !== undefined && { id }),
    ...(condition && { condition }),
    ...(status !== undefined && { status }),
    ...(finishedAt !== undefined && { finishedAt }),
  }
}
