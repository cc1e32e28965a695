import { getModel } from '../kinds/index.ts'
import { isChanged, readChanges } from '../load/changes.ts'
import { CONFIG_FILE } from '../load/config.ts'
import type { Finding } from '../model/attention.ts'
import type { PlanCode } from '../model/codes.ts'
import { NOTHING_OBSERVED } from '../model/observed.ts'
import type { Plan } from '../model/plan.ts'
import type { State } from '../model/state.ts'
import { FRESH_RUN } from '../plan/input.ts'
import { plan as makePlan } from '../plan/plan.ts'
import type { ReconcileInput } from '../reconcile/reconcile.ts'
import { OFFLINE } from '../reconcile/world.ts'
import type { CommonOptions } from './host.ts'
import { readProjectCheckout } from './project.ts'
import { createBasis, type Session } from './session.ts'

/**
 * Finds what needs attention from specs and state alone. AWS's findings are those that the last run noted. Checkout rules do not apply,
 * since nothing is submitted.
 */
export async function planWithoutAws(
  session: Session,
  state: State | undefined,
  options: CommonOptions,
): Promise<Plan> {
  const checkout = await readProjectCheckout(session.project, session.loaded, state).catch(
    () => ({ git: false }) as const,
  )
  const basis = createBasis(session, state, { ...options, offline: true }, checkout)
  return makePlan({
    ...basis,
    state,
    observed: NOTHING_OBSERVED,
    siteOf: OFFLINE.siteOf,
    now: session.clock.now(),
    run: FRESH_RUN,
    modelOf: getModel,
  })
}

/** Conflicts with another spec or its record. A change of that spec causes them too. */
const OF_TWO_SPECS: ReadonlySet<PlanCode> = new Set<PlanCode>([
  'PLAN_FORMERLY',
  'PLAN_FORMER_LOST',
  'PLAN_ID_USED',
  'PLAN_RENAMED',
])

/**
 * Finds the findings that the checked-out change causes. They are unnoted conflicts and expired specs, of specs that differ from the last
 * reconciled commit. If that commit cannot be compared, a conflict counts and an expired spec does not.
 */
export async function findCaused(
  { findings = [], actions }: Plan,
  { project, loaded }: Session,
  { checkout }: Pick<ReconcileInput, 'checkout'>,
  state: State | undefined,
): Promise<ReadonlySet<Finding>> {
  const fresh = findings.filter(({ kind, isKnown, isOfLine }) => {
    return isOfLine && !isKnown && (kind === 'conflict' || kind === 'expired')
  })
  if (fresh.length === 0) return new Set()
  const since = state?.source?.commit
  const isKnowable = since !== undefined && checkout.git
  const changes = isKnowable
    ? await readChanges(
        project.root,
        since,
        checkout.dirty.map(({ file }) => file),
      )
    : undefined
  const specAt = new Map(actions.map(({ address, spec }) => [address, spec]))
  const isCaused = ({ kind, code, address }: Finding): boolean => {
    const spec = specAt.get(address)
    if (changes === undefined || spec === undefined) return kind === 'conflict'
    // A target's settings in jobwright.yaml are part of each spec that names it.
    if (kind === 'conflict' && changes.files.has(CONFIG_FILE)) return true
    if (OF_TWO_SPECS.has(code)) return [...changes.files].some((file) => /\.ya?ml$/.test(file))
    return isChanged(changes, spec, loaded.files.get(spec.place.file) ?? '')
  }
  return new Set(fresh.filter(isCaused))
}
