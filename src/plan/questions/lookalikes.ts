import { parseAttempt, shortenLineage } from '../../model/attempt-name.ts'
import { isJobOf } from '../../model/deviations.ts'
import { computeEarliestCreation, judgeMark } from '../../model/evidence.ts'
import type { KindModel } from '../../model/kind.ts'
import type { Live } from '../../model/live.ts'
import type { Need } from '../../model/observed.ts'
import type { PlannedStop } from '../../model/plan.ts'
import { advise, suggest } from '../../model/remedy.ts'
import type { Spec } from '../../model/spec.ts'
import { getSiteKey, isSettled, type JobRecord, type OpenRecord, type Site } from '../../model/state.ts'
import { createLine, formatMinute, nameJob, OLDER_STATE, type Planner, planUnread } from '../context.ts'
import { computeHorizon, getOwnerKey, isForeign } from './ownership.ts'
import { getRequestKey } from './request-key.ts'

/**
 * Returns a read that lists the jobs at a site that may be a spec's. Where AWS chooses the job IDs, only this list
 * reveals a rolled-back state before the first create. For a caller-chosen ID, AWS refuses the second create.
 */
export function createLookalikeNeed(plan: Planner, spec: Spec, model: KindModel, site: Site): Need {
  const scope = model.identity.scope(spec.request)
  return { address: spec.address, kind: spec.kind, site, since: computeHorizon(plan.state), definition: true, scope }
}

/**
 * Returns whether a spec goes to another site or scope than its recorded create. The list of one says nothing about the
 * other.
 */
export function hasOtherSiteOrScope(site: Site, spec: Spec, record: JobRecord, model: KindModel): boolean {
  return (
    getSiteKey(site) !== getSiteKey(record.site) ||
    model.identity.scope(spec.request) !== model.identity.scope(record.request)
  )
}

/**
 * Finds an unclaimed job, created since this state began, that may be what the spec asks for. A person must say whose
 * it is.
 */
export function planLookalike(
  plan: Planner,
  spec: Spec,
  model: KindModel,
  previous: JobRecord | undefined,
): PlannedStop | undefined {
  const site = plan.siteOf(spec)
  if (!site || !isLookedFor(model)) return undefined
  const isMoved = previous !== undefined && !isSettled(previous) && hasOtherSiteOrScope(site, spec, previous, model)
  const listed = (isMoved ? plan.observed.elsewhere : plan.observed.alike)?.get(spec.address)
  if (listed === undefined) return undefined
  if (listed.is === 'failed') return planUnread(spec, listed)
  const open = previous && !isSettled(previous) && previous.run === spec.policy.run && !isMoved ? previous : undefined
  const since = open ? computeEarliestCreation(open.intent) : Date.parse(computeHorizon(plan.state))
  const suspects = plan.listingOf(listed.jobs, model).suspects(spec.request, spec.address)
  const live = suspects.find(
    (one) =>
      !plan.claims.has(getOwnerKey(model, site, one.id)) &&
      (isOwn(plan, spec, one) || !isForeign(plan, getOwnerKey(model, site, one.id))) &&
      (one.createdAt === undefined || Date.parse(one.createdAt) >= since) &&
      // A job that was never started did nothing, and never will.
      model.lifecycle.stageOf(one) === 'started' &&
      (open === undefined || isNews(spec, model, open, one)) &&
      mayBelongTo(plan, spec, model, one),
  )
  return live && refuseLookalike(spec, model, live, isOwn(plan, spec, live))
}

/**
 * Returns true for jobs that the earlier search could not have matched. Either the spec now asks for something else, or
 * a later attempt created the job.
 */
function isNews(spec: Spec, model: KindModel, { request, intent }: OpenRecord, { marker, createdAt }: Live): boolean {
  if (getRequestKey(request, model) !== getRequestKey(spec.request, model)) return true
  const mark = parseAttempt(marker)
  if (mark) return mark.attempt > intent.attempt
  return createdAt !== undefined && Date.parse(createdAt) > Date.parse(intent.until ?? intent.at)
}

/** Returns whether AWS names the jobs of a kind. Then only a list shows an existing job. */
function isLookedFor({ identity: { recovery } }: KindModel): boolean {
  return recovery.is === 'inert' || recovery.is === 'match'
}

/** Returns whether a job carries the mark of a spec's own run. Such a job is never foreign, whatever a person says. */
function isOwn({ lineage }: Planner, { address, policy }: Spec, live: Live): boolean {
  return judgeMark(live, { lineage, address, run: policy.run }) === 'own'
}

/**
 * If there is a marker, it decides. But if its address no longer exists, the spec may have been renamed. Else the
 * definition decides. A job with neither may be any spec's.
 */
function mayBelongTo(plan: Planner, spec: Spec, model: KindModel, live: Live): boolean {
  const mark = parseAttempt(live.marker)
  if (mark) {
    if (mark.lineage !== shortenLineage(plan.lineage)) return false
    if (mark.address === spec.address) return mark.run === spec.policy.run
    if (plan.specAt.has(mark.address) || plan.blockedAt.has(mark.address) || plan.records[mark.address]) return false
  }
  return live.request === undefined ? !hasEndedEarly(spec, model, live) : isJobOf(spec.request, live, model)
}

/** Returns whether a job ended before it did anything. AWS Import/Export returns nothing else of such a job. */
function hasEndedEarly({ policy }: Spec, model: KindModel, live: Live): boolean {
  const { type, reason } = model.lifecycle.condition(live, policy)
  return type === 'Cancelled' || model.lifecycle.unusedReasons?.includes(reason ?? '') === true
}

function refuseLookalike(spec: Spec, model: KindModel, live: Live, isMarked: boolean): PlannedStop {
  const job = `${nameJob(model, live.id)} (${live.status}${live.createdAt ? `, created ${formatMinute(live.createdAt)}` : ''})`
  return createLine(spec, {
    action: 'conflict',
    code: 'PLAN_LOOKALIKE',
    id: live.id,
    reason: `${job} is not on record, and ${explainLikeness(live, isMarked)}`,
    remedies: [
      OLDER_STATE,
      suggest('if the job is this spec’s', 'adopt', spec.address, '--id', live.id),
      isMarked
        ? advise(`to run it again, write policy.run: ${spec.policy.run + 1}`)
        : suggest('if it is not', 'resolve', spec.address, '--foreign', live.id),
    ],
  })
}

function explainLikeness({ request }: Live, isMarked: boolean): string {
  if (isMarked) return 'carries the mark of this very spec'
  return request === undefined ? 'AWS does not show what it does: it may be this spec’s' : 'matches this spec'
}
