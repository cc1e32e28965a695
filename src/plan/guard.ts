import type { Code } from '../model/codes.ts'
import type { ExitCode } from '../model/exit-code.ts'
import type { Planned, Refusal } from '../model/plan.ts'
import type { Planner } from './planner.ts'

/** Everything for which a whole plan is not carried out. Empty: it may be. */
export function refusals(plan: Planner, actions: readonly Planned[]): Refusal[] {
  return [
    ...stateRefusals(plan),
    ...checkoutRefusals(plan),
    ...guardRefusals(plan, actions),
    ...earlyRefusals(actions),
    ...clockRefusals(plan, actions),
  ]
}

/** A missing state is not an empty one: after a lost state every old spec would run again. */
function stateRefusals(plan: Planner): Refusal[] {
  if (plan.state !== undefined || plan.rules.emulator) return []
  return [
    refusal(
      8,
      'STATE_MISSING',
      'there is no state, so which jobs already ran is not known; nothing is created without one',
      {
        hint: 'in a new repository run `jobwright init`; if there was a state, restore it, or take every spec as done with `jobwright baseline`; to run every spec again: `jobwright init --new-state`',
      },
    ),
  ]
}

/** An older checkout has lost specs and regained old ones: it neither creates nor removes. */
function checkoutRefusals(plan: Planner): Refusal[] {
  const { checkout, state, rules } = plan
  if (rules.emulator || !state?.source) return []
  const known = state.source.commit.slice(0, 7)
  if (!checkout.git) {
    if (rules.allowDirty) return []
    return [
      refusal(
        8,
        'CHECKOUT_UNKNOWN',
        `this folder is in no Git repository, so whether its specs are newer than ${known}, which was reconciled last, cannot be told`,
        { hint: 'run in a clone of the repository, or take the specs as they are with --allow-dirty' },
      ),
    ]
  }
  const head = checkout.commit?.slice(0, 7) ?? 'without commits'
  switch (checkout.relation) {
    case 'behind':
    case 'diverged':
      return [
        refusal(8, 'CHECKOUT_STALE', `this checkout (${head}) does not contain ${known}, which was reconciled last`, {
          hint: 'check out the branch tip (git pull), then run again; an older checkout neither creates nor removes jobs',
        }),
      ]
    case 'unknown':
      return [
        refusal(
          8,
          'CHECKOUT_UNKNOWN',
          `whether this checkout (${head}) contains ${known}, which was reconciled last, cannot be told`,
          {
            hint: checkout.shallow
              ? 'the clone is shallow: fetch the whole history (git fetch --unshallow; in GitHub Actions checkout with fetch-depth: 0)'
              : `fetch the commit ${known}, or restore it`,
          },
        ),
      ]
    default:
      return []
  }
}

function guardRefusals(plan: Planner, actions: readonly Planned[]): Refusal[] {
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
  ]
}

/** A clock that is further off than this makes the times of the create protocol worth nothing. */
const CLOCK_OFF_MS = 60_000

function clockRefusals({ clockOffsetMs = 0 }: Planner, actions: readonly Planned[]): Refusal[] {
  if (Math.abs(clockOffsetMs) <= CLOCK_OFF_MS || !actions.some(({ action }) => action === 'create')) return []
  const seconds = Math.round(Math.abs(clockOffsetMs) / 1000)
  return [
    refusal(
      4,
      'CLOCK_OFF',
      `this machine's clock is ${seconds} s ${clockOffsetMs > 0 ? 'behind' : 'ahead of'} AWS's; nothing is created with it`,
      {
        hint: 'set the clock (for example with NTP), then run again',
      },
    ),
  ]
}

/** A word that comes before it can be known to be true. */
function earlyRefusals(actions: readonly Planned[]): Refusal[] {
  return actions.flatMap(({ code, address, reason, hint }) =>
    code === 'PLAN_TOO_EARLY' ? [refusal(7, code, `${address}: ${reason}`, { hint: hint ?? '' })] : [],
  )
}

function overGuard(code: Code, verb: string, planned: number, before: number, max: number, member: string): Refusal[] {
  if (planned + before <= max) return []
  // A filter hides what is gone: with --only nothing is withdrawn.
  const way = verb === 'create' ? ', or act on fewer specs with --only' : ''
  const sum = before > 0 ? `${before} before in this run + ${planned} = ${before + planned}` : `${planned}`
  return [
    refusal(7, code, `this run would ${verb} ${sum} jobs; guards.${member} allows ${max}`, {
      hint: `if that is meant, set guards.${member}: ${planned + before} in jobwright.yaml and have it reviewed${way}`,
    }),
  ]
}

function refusal(exitCode: ExitCode, code: Code, message: string, more: { hint: string }): Refusal {
  return { exitCode, diagnostic: { severity: 'error', code, message, ...more } }
}
