import { type Condition, isTerminal } from './condition.ts'
import { iso } from './iso.ts'
import type { Live } from './live.ts'
import type { JobRecord, PastRun, RecordStage } from './state.ts'

/** `created` for a job that still waits for its start step, or of which an answer tells no status; `started` for every other. */
export function liveStage(model: { readonly steps: readonly string[] }, live: Live): RecordStage {
  return model.steps.includes('start') && (live.status === 'WAITING' || live.status === '') ? 'created' : 'started'
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

/** A record that takes over a live job, whose create is thereby settled. */
export function adopted(record: JobRecord, live: Live, condition: Condition, now: number): JobRecord {
  const { intent: _intent, ...rest } = record
  return refreshed(rest, live, condition, now)
}

/** The past runs of an address at a given run, as a member to spread: the previous record joins them once its run is superseded. */
export function historyFor(previous: JobRecord | undefined, run: number): { history?: readonly PastRun[] } {
  if (!previous) return {}
  if (previous.run === run) return previous.history ? { history: previous.history } : {}
  const past: PastRun = {
    run: previous.run,
    ...(previous.id !== undefined && { id: previous.id }),
    ...(previous.condition && { condition: previous.condition }),
    ...(previous.status !== undefined && { status: previous.status }),
    ...(previous.finishedAt !== undefined && { finishedAt: previous.finishedAt }),
  }
  return { history: [...(previous.history ?? []), past] }
}
