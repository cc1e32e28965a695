import { day, minute } from '../../clock.ts'
import type { JobView } from '../../service.ts'
import type { JobRecord } from '../../store.ts'
import { factsOf, requestOf } from './job.ts'

/** How many devices a thing group stands for. */
const thingsInGroup = 3
/** How long a deletion takes. */
const deletionTime = minute
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
function things(job: JobRecord): Thing[] {
  const { targets, startsAt, duration } = factsOf(job)
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

/** Counts the devices of a job by state at a moment. */
export function countThings(job: JobRecord, now: number): ThingCounts {
  const { cancelledAt, forceCanceled } = factsOf(job)
  const counts: ThingCounts = { succeeded: 0, failed: 0, canceled: 0, queued: 0, inProgress: 0 }
  for (const { fails, begins, ends } of things(job)) {
    const cancelled = cancelledAt !== undefined && cancelledAt < (forceCanceled === true ? ends : begins)
    if (cancelled) counts.canceled++
    else if (now >= ends) counts[fails ? 'failed' : 'succeeded']++
    else counts[now >= begins ? 'inProgress' : 'queued']++
  }
  return counts
}

/** When a job ends by itself; undefined for a continuous one without an end. */
function completion(job: JobRecord): number | undefined {
  const { startsAt, duration, endsAt } = factsOf(job)
  const rolledOut = startsAt + duration
  if (requestOf(job).targetSelection !== 'CONTINUOUS') return rolledOut
  return endsAt === undefined ? undefined : Math.max(endsAt, rolledOut)
}

/** Where a job is at a moment. */
export function viewJob(job: JobRecord, now: number): JobView {
  const { startsAt, cancelledAt, deletedAt } = factsOf(job)
  const completedAt = completion(job)
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
  const { startsAt, duration } = factsOf(job)
  return now >= startsAt && now < startsAt + duration && viewJob(job, now).status === 'IN_PROGRESS'
}
