import type { ExitCode } from '../../model/exit-code.ts'
import { Problem } from '../../model/problem.ts'
import { advise } from '../../model/remedy.ts'
import type { Decision } from '../../plan/input.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { decide } from '../reconcile/apply-decision.ts'

export type ResolveOptions = CommonOptions & {
  /** The ID of the job that the unknown create made. */
  readonly adopt?: string
  /** The unknown create made no job. */
  readonly notCreated?: boolean
  /** IDs of jobs that Jobwright does not own. */
  readonly foreign?: readonly string[]
  /** None of the listed jobs without a record belong to Jobwright. */
  readonly foreignListed?: boolean
  /** The spec was removed on purpose: no other spec is a rename of it. */
  readonly removed?: boolean
  readonly force?: boolean
}

/**
 * `jobwright resolve ADDRESS ...`: records a person's decision about an unknown create, foreign jobs or a removed spec. Creates nothing.
 */
export function resolveJob(address: string, options: ResolveOptions, host: Host): Promise<ExitCode> {
  const decisions = listDecisions(options)
  const [decision] = decisions
  if (decision === undefined || decisions.length > 1) {
    throw new Problem({
      code: 'USAGE',
      message:
        decision === undefined
          ? 'resolve needs an option that says what is true'
          : 'resolve takes one option at a time',
      remedies: [advise('write one of --adopt ID, --not-created, --foreign ID, --foreign-listed, --removed')],
    })
  }
  return decide('resolve', address, decision, options, host)
}

function listDecisions({ adopt: id, notCreated, foreign, foreignListed, removed, force }: ResolveOptions): Decision[] {
  return [
    ...(id === undefined ? [] : [{ is: 'adopt', id, settles: true, force } as const]),
    ...(notCreated ? [{ is: 'not-created', force: force === true } as const] : []),
    ...(foreign?.length ? [{ is: 'foreign', ids: foreign } as const] : []),
    ...(foreignListed ? [{ is: 'foreign', ids: 'listed' } as const] : []),
    ...(removed ? [{ is: 'removed' } as const] : []),
  ]
}
