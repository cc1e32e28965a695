import type { JobRead } from '../../model/observed.ts'
import type { Planned } from '../../model/plan.ts'
import type { Spec } from '../../model/spec.ts'
import { writeDocuments } from '../../model/write-documents.ts'
import { createLine, type Planner, planUnread } from '../context.ts'
import { planAdoptDecision } from './adopt.ts'

/** Says why no job stands behind the person's word. Without a chosen ID there is nothing to look up. */
function explainNoJob(seen: JobRead | undefined): string {
  return seen?.is === 'absent' ? 'AWS has no job with its ID' : 'Jobwright cannot look up a job whose ID AWS chose'
}

/**
 * Plans a spec whose job is taken as done. If its ID shows a job, that job is adopted; else the person's word counts.
 */
export function planBaselineDecision(plan: Planner, spec: Spec): Planned {
  const seen = plan.observed.jobs.get(spec.address)
  if (seen?.is === 'failed') return planUnread(spec, seen)
  if (seen?.is === 'live') return planAdoptDecision(plan, spec, undefined, 'baseline')
  const site = plan.siteOf(spec)
  if (!site)
    return createLine(spec, {
      action: 'blocked',
      code: 'PLAN_OFFLINE',
      reason: 'where it belongs is not known while offline',
    })
  return createLine(spec, {
    action: 'adopt',
    reason: `assumed done before the state was created; ${explainNoJob(seen)}`,
    next: {
      run: spec.policy.run,
      site,
      stage: 'started',
      how: 'baseline',
      condition: { type: 'Succeeded', reason: 'Baseline' },
      request: writeDocuments(spec.request, plan.modelOf(spec.kind).request.documents),
    },
  })
}
