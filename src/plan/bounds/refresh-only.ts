import { type ActionName, CHANGING_ACTIONS, type Planned } from '../../model/plan.ts'
import { isSettled } from '../../model/state.ts'
import type { PlanInput } from '../input.ts'

/**
 * Holds everything that a run would do besides reading. A withdrawal and a moved record are held too: they belong to the plan in which a
 * rename is detected.
 */
export function holdBesidesReads(
  { refreshOnly }: Pick<PlanInput, 'refreshOnly'>,
  lines: readonly Planned[],
): readonly Planned[] {
  return refreshOnly ? lines.map(holdLine) : lines
}

function holdLine(planned: Planned): Planned {
  const { address, action, spec, record, next, movedFrom } = planned
  const isDue = CHANGING_ACTIONS.has(action) || movedFrom !== undefined
  if (!isDue || settlesOutcome(planned)) return planned
  const reason = `due: ${movedFrom === undefined ? action : 'take over a record'}; --refresh-only leaves it to another reconcile`
  const isStatus = STEPS.has(action) && movedFrom === undefined
  return { address, spec, record, id: record?.id, action: 'held', reason, ...(isStatus && { next }) }
}

/** Steps of a job whose line may hold its fresh status. */
const STEPS: ReadonlySet<ActionName> = new Set<ActionName>(['upload', 'start', 'download', 'update'])

/** Returns whether a line records the job of a create whose outcome was unknown. It needs no call. */
function settlesOutcome({ action, record, movedFrom }: Planned): boolean {
  return action === 'adopt' && movedFrom === undefined && record !== undefined && !isSettled(record)
}
