import type { Code } from '../model/codes.ts'
import { DEFAULT_CONFIG } from '../model/config.ts'
import { CLOCKS_MS } from '../model/create-protocol.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Planned } from '../model/plan.ts'
import { advise, type Remedy, suggest } from '../model/remedy.ts'
import type { Planner } from './planner.ts'

/** Everything for which a whole plan is not carried out. Empty: it may be. */
export function refusals(plan: Planner, actions: readonly Planned[]): Diagnostic[] {
  return [
    ...stateRefusals(plan),
    ...checkoutRefusals(plan),
    ...guardRefusals(plan, actions),
    ...earlyRefusals(actions),
    ...clockRefusals(plan, actions),
  ]
}

/** A missing state is not an empty one: after a lost state every old spec would run again. */
function stateRefusals(plan: Planner): Diagnostic[] {
  if (plan.state !== undefined || plan.rules.emulator) return []
  return [
    refusal(
      'STATE_MISSING',
      'there is no state, so which jobs already ran is not known; nothing is created without one',
      suggest('in a new repository', 'init'),
      advise('if there was a state, restore it'),
      suggest('or take every spec as done', 'baseline'),
      suggest('to run every spec again', 'init', '--new-state'),
    ),
  ]
}

/** An older checkout has lost specs and regained old ones: it neither creates nor removes. */
function checkoutRefusals(plan: Planner): Diagnostic[] {
  const { checkout, state, rules } = plan
  if (rules.emulator || !state?.source) return []
  const known = state.source.commit.slice(0, 7)
  if (!checkout.git) {
    if (rules.allowDirty) return []
    return [
      refusal(
        'CHECKOUT_UNKNOWN',
        `this folder is in no Git repository, so whether its specs are newer than ${known}, which was reconciled last, cannot be told`,
        advise('run in a clone of the repository, or take the specs as they are with --allow-dirty'),
      ),
    ]
  }
  const head = checkout.commit?.slice(0, 7) ?? 'without commits'
  switch (checkout.relation) {
    case 'behind':
    case 'diverged':
      return [
        refusal(
          'CHECKOUT_STALE',
          `this checkout (${head}) does not contain ${known}, which was reconciled last`,
          { text: 'check out the tip of the branch, then run again', command: ['git', 'pull'] },
          advise('an older checkout neither creates nor removes jobs'),
        ),
      ]
    case 'unknown':
      return [
        refusal(
          'CHECKOUT_UNKNOWN',
          `whether this checkout (${head}) contains ${known}, which was reconciled last, cannot be told`,
          ...(checkout.shallow
            ? [
                {
                  text: 'the clone is shallow: fetch the whole history',
                  command: ['git', 'fetch', '--unshallow'],
                } as const,
                advise('in GitHub Actions, use fetch-depth: 0 in the checkout'),
              ]
            : [advise(`fetch the commit ${known}, or restore it`)]),
        ),
      ]
    default:
      return []
  }
}

function guardRefusals(plan: Planner, actions: readonly Planned[]): Diagnostic[] {
  const { maxUpdates = DEFAULT_CONFIG.guards.maxUpdates } = plan.guards
  const count = (action: Planned['action']): number => actions.filter((planned) => planned.action === action).length
  return [
    ...overGuard('GUARD_CREATES', 'create', count('create'), plan.run.created, plan.guards.maxCreates, 'maxCreates'),
    ...overGuard(
      'GUARD_REMOVALS',
      'withdraw',
      count('forget') + count('cancel'),
      plan.run.removed,
      plan.guards.maxRemovals,
      'maxRemovals',
    ),
    ...overGuard('GUARD_UPDATES', 'update', count('update'), plan.run.updated, maxUpdates, 'maxUpdates'),
  ]
}

/** A clock that is further off than AWS's makes the times of the create protocol worth nothing. */
function clockRefusals({ clockOffsetMs = 0 }: Planner, actions: readonly Planned[]): Diagnostic[] {
  if (Math.abs(clockOffsetMs) <= CLOCKS_MS || !actions.some(({ action }) => action === 'create')) return []
  const seconds = Math.round(Math.abs(clockOffsetMs) / 1000)
  return [
    refusal(
      'CLOCK_OFF',
      `this machine's clock is ${seconds} s ${clockOffsetMs > 0 ? 'behind' : 'ahead of'} AWS's; nothing is created with it`,
      advise('set the clock (for example with NTP), then run again'),
    ),
  ]
}

/** A word that comes before it can be known to be true. */
function earlyRefusals(actions: readonly Planned[]): Diagnostic[] {
  return actions.flatMap(({ code, address, reason, remedies = [] }) =>
    code === 'PLAN_TOO_EARLY' ? [refusal(code, `${address}: ${reason}`, ...remedies)] : [],
  )
}

function overGuard(
  code: 'GUARD_CREATES' | 'GUARD_REMOVALS' | 'GUARD_UPDATES',
  verb: string,
  planned: number,
  before: number,
  max: number,
  member: string,
): Diagnostic[] {
  if (planned + before <= max) return []
  // A filter hides what is gone: with --only nothing is withdrawn.
  const way = verb !== 'withdraw' ? ', or act on fewer specs with --only' : ''
  const sum = before > 0 ? `${before} before in this run + ${planned} = ${before + planned}` : `${planned}`
  const raise = `if that is meant, set guards.${member}: ${planned + before} in jobwright.yaml and have it reviewed${way}`
  return [refusal(code, `this run would ${verb} ${sum} jobs; guards.${member} allows ${max}`, advise(raise))]
}

function refusal(code: Code, message: string, ...remedies: readonly Remedy[]): Diagnostic {
  return { severity: 'error', code, message, remedies }
}
