import { parseAddress } from '../../model/address.ts'
import { isJobOf } from '../../model/deviations.ts'
import { judgeMark, readMark } from '../../model/evidence.ts'
import type { KindModel } from '../../model/kind.ts'
import type { Live } from '../../model/live.ts'
import type { Planned, PlannedStop } from '../../model/plan.ts'
import { advise, suggest } from '../../model/remedy.ts'
import type { Spec } from '../../model/spec.ts'
import { getSiteKey, isIdentified, isSettled, type JobRecord, recordEntries, type Site } from '../../model/state.ts'
import { createLine, nameJob, type Planner, planUnread } from '../context.ts'
import { getOwnerKey } from '../questions/ownership.ts'
import { keepRecord, refuseMissing } from './shared-lines.ts'

/**
 * Records that jobs are foreign, by ID, for every address of the site. A job with this address's own mark is never
 * foreign.
 */
export function planForeignDecision(
  plan: Planner,
  spec: Spec,
  record: JobRecord | undefined,
  ids: readonly string[] | 'listed',
): Planned {
  const model = plan.modelOf(spec.kind)
  const site = record?.site ?? plan.siteOf(spec)
  const listed = plan.observed.alike.get(spec.address)
  if (listed?.is === 'failed') return planUnread(spec, listed, record)
  if (!listed || !site)
    return keepRecord(
      spec,
      record,
      'its own ID identifies its job, so no job of this kind needs to be declared foreign',
    )
  const getKey = (live: Live): string => getOwnerKey(model, site, live.id)
  const free = listed.jobs.filter((live) => !plan.claims.has(getKey(live)))
  const asked = ids === 'listed' ? free : free.filter(({ id }) => ids.includes(id))
  const missing = ids === 'listed' ? undefined : ids.find((id) => !asked.some((live) => live.id === id))
  if (missing !== undefined) return refuseMissing(spec, model, missing)
  const mayBeUnknown = indexOpenCreates(plan, spec, site)
  const ours = new Set(asked.filter((live) => isMarkedOurs(plan, live) || mayBeUnknown(live)))
  const [own] = ours
  if (own && ids !== 'listed') return refuseOwnMark(plan, spec, model, own, record)
  const excuses = asked.filter((live) => !ours.has(live)).map(getKey)
  const count = excuses.length === 1 ? '1 job belongs' : `${excuses.length} jobs belong`
  return createLine(spec, { action: 'keep', record, excuses, reason: `recorded that ${count} to somebody else` })
}

/** Returns whether a job carries the mark of this state, for any address. */
function isMarkedOurs({ lineage }: Planner, live: Live): boolean {
  // No address is given, so any mark of this state is kin.
  return judgeMark(live, { lineage }) === 'kin'
}

/** Returns a check whether the unknown create of another address may have created a job. */
function indexOpenCreates({ records, modelOf }: Planner, spec: Spec, site: Site): (live: Live) => boolean {
  const open = recordEntries(records).filter(
    ([address, record]) =>
      address !== spec.address &&
      parseAddress(address).kind === spec.kind &&
      !isSettled(record) &&
      getSiteKey(record.site) === getSiteKey(site),
  )
  return (live) => open.some(([, { request }]) => isJobOf(request, live, modelOf(spec.kind)))
}

function refuseOwnMark(
  { lineage }: Planner,
  spec: Spec,
  model: KindModel,
  live: Live,
  record?: JobRecord,
): PlannedStop {
  const { run } = spec.policy
  if (judgeMark(live, { lineage, address: spec.address, run }) !== 'own') {
    const owner = readMark(live)?.address
    return createLine(spec, {
      action: 'conflict',
      code: 'PLAN_OWN_MARK',
      id: live.id,
      record,
      reason: `${nameJob(model, live.id)} ${owner ? `carries the mark of ${owner}` : 'may be the job of another spec’s create'}, so it cannot be declared foreign`,
      remedies: [suggest('find that out first', 'reconcile')],
    })
  }
  // A second job of one create. The first one is on record, so nothing can take this one over.
  const hasJob = record !== undefined && isIdentified(record) && record.run === run
  return createLine(spec, {
    action: 'conflict',
    code: 'PLAN_OWN_MARK',
    id: live.id,
    record,
    reason: `${nameJob(model, live.id)} carries the mark of this very spec, so it ${hasJob ? `duplicates its job ${record.id}` : 'is its job'}`,
    remedies: hasJob
      ? [advise('end the unwanted job in AWS'), suggest('to leave it as it is', 'acknowledge', spec.address)]
      : [
          suggest('take it over', 'adopt', spec.address, '--id', live.id),
          advise(`or write policy.run: ${spec.policy.run + 1} to run it again`),
        ],
  })
}
