import { getModel } from '../kinds/index.ts'
import type { Plan } from '../model/plan.ts'
import type { State } from '../model/state.ts'
import { resolveTargetName } from '../model/target-name.ts'
import type { PlanInput } from '../plan/input.ts'
import { addPreviews } from '../plan/previews.ts'
import type { World } from '../reconcile/world.ts'
import type { Session } from './session.ts'

/** Adds to a plan of this session what its actions make. `full`: also of finished jobs. */
export function previewPlan(
  plan: Plan,
  { project, clock }: Pick<Session, 'project' | 'clock'>,
  world: Pick<World, 'siteOf'>,
  input: Pick<PlanInput, 'isTagged'>,
  state: State | undefined,
  full = false,
): Plan {
  const hasTargets = Object.keys(project.config.targets).length > 0
  return addPreviews(plan, {
    modelOf: getModel,
    siteOf: world.siteOf,
    isTagged: input.isTagged,
    now: clock.now(),
    // Without targets, the environment is the target.
    targetOf: ({ policy }) => (hasTargets ? resolveTargetName(policy.target, project.config) : undefined),
    lineage: state?.lineage ?? '',
    full,
  })
}
