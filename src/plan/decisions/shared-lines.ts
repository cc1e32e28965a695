import type { KindModel } from '../../model/kind.ts'
import type { PlannedKeep, PlannedStop } from '../../model/plan.ts'
import { advise, suggest } from '../../model/remedy.ts'
import type { Spec } from '../../model/spec.ts'
import type { JobRecord } from '../../model/state.ts'
import { createLine } from '../context.ts'

/** The remedy of a decision that changes nothing. */
export const NOTHING_CHANGED = advise('nothing was changed')

/** Returns a line for a decision that leaves the record as it is. */
export function keepRecord(spec: Spec, record: JobRecord | undefined, reason: string): PlannedKeep {
  return createLine(spec, { action: 'keep', record, reason, remedies: [NOTHING_CHANGED] })
}

/** Returns a line for a decision about a job that AWS does not know. `id`: the job that the person named. */
export function refuseMissing(spec: Spec, model: KindModel, id?: string): PlannedStop {
  return createLine(spec, {
    action: 'conflict',
    code: 'PLAN_NO_SUCH_JOB',
    reason: `AWS knows no such ${model.serviceName} job${id === undefined ? '' : `: ${id}`}`,
    remedies: model.identity.idMember
      ? [advise('name the job with --id')]
      : [suggest('name the job with --id. To list the jobs in AWS', 'adopt', '--list')],
  })
}
