import { parseAttempt } from '../../model/attempt-name.ts'
import { formatIso } from '../../model/iso.ts'
import type { Planned } from '../../model/plan.ts'
import { advise, suggest } from '../../model/remedy.ts'
import type { Spec } from '../../model/spec.ts'
import type { OpenRecord } from '../../model/state.ts'
import { createLine, formatMinute, getReadTime, nameJob, type Planner, planUnread } from '../context.ts'
import { getOwnerKey } from '../questions/ownership.ts'
import { computeQuietTime, isMarkOf } from '../situations/unknown.ts'
import { keepRecord } from './shared-lines.ts'

/**
 * Records that an unknown create created no job. Accepted only once none of its requests can arrive any more, or with
 * `force`.
 */
export function planNotCreatedDecision(
  plan: Planner,
  spec: Spec,
  record: OpenRecord | undefined,
  force: boolean,
): Planned {
  if (!record) return keepRecord(spec, record, 'no create of it is open')
  const until = computeQuietTime(plan, spec, record)
  if (getReadTime(plan) < Date.parse(until) && !force) {
    return createLine(spec, {
      action: 'settling',
      code: 'PLAN_TOO_EARLY',
      record,
      until,
      reason: `the request of its create may still reach AWS until ${formatMinute(until)}`,
      remedies: [
        advise('wait until then; add --force only if you know that no request was sent, or there may be a second job'),
      ],
    })
  }
  const listed = plan.observed.alike.get(spec.address)
  const seen = plan.observed.jobs.get(spec.address)
  for (const look of [listed, seen]) if (look?.is === 'failed' && !force) return planUnread(spec, look, record)
  const jobs = [...(listed?.is === 'listed' ? listed.jobs : []), ...(seen?.is === 'live' ? [seen.live] : [])]
  const model = plan.modelOf(spec.kind)
  const made = jobs.find(
    ({ id, marker, mark = marker ?? '' }) =>
      parseAttempt(mark) && isMarkOf(spec, record, mark) && !plan.claims.has(getOwnerKey(model, record.site, id)),
  )
  if (made) {
    return createLine(spec, {
      action: 'conflict',
      code: 'PLAN_OWN_MARK',
      id: made.id,
      record,
      reason: `${nameJob(model, made.id)} carries the mark of this create, so it is its job`,
      remedies: [suggest('take it over', 'reconcile')],
    })
  }
  return createLine(spec, {
    action: 'keep',
    record,
    reason: 'recorded that its job was not created',
    remedies: [suggest('submit it again', 'reconcile')],
    next: { ...record, stage: 'settling', intent: { ...record.intent, givenUp: true, until: formatIso(plan.now) } },
  })
}
