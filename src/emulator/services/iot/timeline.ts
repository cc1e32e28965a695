import { day, second } from '../../clock.ts'
import type { JobView } from '../../service.ts'
import type { JobRecord } from '../../store.ts'
import { type CreateJobInput, getFacts, getRequest } from './job.ts'

/** How many devices a thing group stands for. */
const thingsInGroup = 3
/** How long a deletion takes. AWS says only that it may take time. */
const deletionTime = 10 * second
/** How long the data of a finished job is kept (AWS IoT limits page). */
const retention = 730 * day

/** Devices by the state of their execution, under the names of jobProcessDetails. */
export type ThingCounts = {
  succeeded: number
  failed: number
  canceled: number
  queued: number
  inProgress: number
}

type Thing = { fails: boolean; begins: number; ends: number }

/** The devices of a job and when each begins and ends: one after the other through the roll-out. */
function listThings(job: JobRecord): Thing[] {
  const { targets, startsAt, duration } = getFacts(job)
  // A target whose name contains "faulty" has one device that fails.
  const fails = targets.flatMap((target) => {
    const size = target.includes(':thinggroup/') ? thingsInGroup : 1
    return Array.from({ length: size }, (_, index) => index === 0 && target.includes('faulty'))
  })
  const share = duration / fails.length
  return fails.map((failing, index) => ({
    fails: failing,
    begins: startsAt + index * share,
    ends: startsAt + (index + 1) * share,
  }))
}

/** How a job was stopped: by a call, or by its own abort criteria. */
export type Cancellation = { at: number; force: boolean; reasonCode?: string; comment?: string }

/** The cancellation of a job, if that has come by then. */
export function findCancellation(job: JobRecord, now: number): Cancellation | undefined {
  const { cancelledAt, forceCanceled, reasonCode, comment } = getFacts(job)
  const aborted = computeAbort(job)
  if (aborted !== undefined && aborted <= Math.min(now, cancelledAt ?? now)) {
    return { at: aborted, force: false, comment: 'The abort criteria of the job were met.' }
  }
  return cancelledAt === undefined ? undefined : { at: cancelledAt, force: forceCanceled === true, reasonCode, comment }
}

/** When a job's abort criteria are met. Devices fail here, but are never rejected and never time out. */
function computeAbort(job: JobRecord): number | undefined {
  const { abortConfig } = { ...getRequest(job), ...getFacts(job).updated } as CreateJobInput
  const criteria = (abortConfig?.criteriaList ?? []).filter(({ failureType }) =>
    ['FAILED', 'ALL'].includes(failureType),
  )
  if (criteria.length === 0) return undefined
  let failed = 0
  for (const [index, { fails, ends }] of listThings(job).entries()) {
    const ended = index + 1
    if (fails) failed++
    const met = criteria.some(
      ({ thresholdPercentage, minNumberOfExecutedThings }) =>
        failed > 0 && ended >= minNumberOfExecutedThings && (100 * failed) / ended >= thresholdPercentage,
    )
    if (met) return ends
  }
  return undefined
}

/** Counts the devices of a job by state at a moment. */
export function countThings(job: JobRecord, now: number): ThingCounts {
  const stop = findCancellation(job, now)
  const counts: ThingCounts = { succeeded: 0, failed: 0, canceled: 0, queued: 0, inProgress: 0 }
  for (const { fails, begins, ends } of listThings(job)) {
    const cancelled = stop !== undefined && (stop.force ? stop.at < ends : stop.at <= begins)
    if (cancelled) counts.canceled++
    else if (now >= ends) counts[fails ? 'failed' : 'succeeded']++
    else counts[now >= begins ? 'inProgress' : 'queued']++
  }
  return counts
}

/** When a job ends by itself; undefined for a continuous one without an end. */
function computeCompletion(job: JobRecord): number | undefined {
  const { startsAt, duration, endsAt } = getFacts(job)
  const rolledOut = startsAt + duration
  if (getRequest(job).targetSelection !== 'CONTINUOUS') return rolledOut
  return endsAt === undefined ? undefined : Math.max(endsAt, rolledOut)
}

/** Where a job is at a moment. */
export function viewJob(job: JobRecord, now: number): JobView {
  const { startsAt, deletedAt } = getFacts(job)
  const cancelledAt = findCancellation(job, now)?.at
  const completedAt = computeCompletion(job)
  const finishedAt = cancelledAt ?? (completedAt !== undefined && completedAt <= now ? completedAt : undefined)
  const started = startsAt <= (cancelledAt ?? now)
  const times = {
    ...(started && { started: startsAt }),
    ...(finishedAt !== undefined && { ended: finishedAt }),
    ...(deletedAt !== undefined && { deleted: deletedAt }),
  }
  if (deletedAt !== undefined) return { status: 'DELETION_IN_PROGRESS', times, exists: now < deletedAt + deletionTime }
  const exists = finishedAt === undefined || now < finishedAt + retention
  if (cancelledAt !== undefined) return { status: 'CANCELED', times, exists }
  if (finishedAt !== undefined) return { status: 'COMPLETED', times, exists }
  return { status: started ? 'IN_PROGRESS' : 'SCHEDULED', times, exists }
}

/** Whether a job counts against the quota of concurrent jobs: it is rolling out. */
export function isRollingOut(job: JobRecord, now: number): boolean {
  const { startsAt, duration } = getFacts(job)
  return now >= startsAt && now < startsAt + duration && viewJob(job, now).status === 'IN_PROGRESS'
}
