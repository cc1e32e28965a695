import type { Code } from '../../model/codes.ts'
import { CLOCKS_MS } from '../../model/create-protocol.ts'
import { DEFAULT_CONFIG } from '../../model/default-config.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Planned } from '../../model/plan.ts'
import { advise, type Remedy, suggest } from '../../model/remedy.ts'
import type { Planner } from '../context.ts'
import { isCheckoutUsed } from '../input.ts'

/** Ways out if a state is lost for good. */
export const START_NEW_STATE: readonly Remedy[] = [
  suggest('or treat every spec as done', 'baseline'),
  suggest('to run every spec, even those that already ran', 'init', '--new-state'),
]

/** The way out if history was rewritten. */
const NEWEST = suggest(
  'if the history was rewritten, as by a squash merge, an amend or a rebase, and this commit is the newest',
  'resolve',
  '--newest-checkout',
)

/** The way out for a shallow clone. */
export const FULL_HISTORY: readonly Remedy[] = [
  { text: 'the clone is shallow: fetch the whole history', command: ['git', 'fetch', '--unshallow'] },
  advise('in GitHub Actions, use fetch-depth: 0 in the checkout'),
]

/** Returns every reason to refuse a whole plan. Empty: it may be applied. */
export function findRefusals(plan: Planner, actions: readonly Planned[]): Diagnostic[] {
  return [
    ...checkState(plan),
    ...checkBaseline(plan, actions),
    ...checkCheckout(plan),
    ...countGuards(actions, plan.guards, plan.run).flatMap(checkGuard),
    ...checkEarly(actions),
    ...checkClock(plan, actions),
  ]
}

/** A missing state is not an empty one: if it was lost, every old spec would run again. */
function checkState(plan: Planner): Diagnostic[] {
  if (plan.state !== undefined || plan.rules.emulator) return []
  if (plan.lost) return [createRefusal('STATE_MISSING', plan.lost.message, ...plan.lost.remedies)]
  return [
    createRefusal(
      'STATE_MISSING',
      'there is no state, so Jobwright does not know which jobs already ran, and creates nothing',
      suggest('in a new repository', 'init'),
      advise('if there was a state, restore it'),
      ...START_NEW_STATE,
    ),
  ]
}

/** A baseline that records only some specs as done would let the others run. */
function checkBaseline(plan: Planner, actions: readonly Planned[]): Diagnostic[] {
  if (!plan.begins) return []
  const [first, ...others] = actions.filter(({ action }) => action !== 'adopt')
  if (!first) return []
  const more = others.length > 0 ? `, and ${others.length} more` : ''
  return [
    createRefusal(
      'STATE_MISSING',
      `no state was begun: these specs cannot be recorded as done and would run: ${first.address}: ${first.reason}${more}`,
      suggest('fix that, then', 'baseline'),
    ),
  ]
}

/** An outdated checkout lacks new specs and still has old ones. It neither creates nor removes. */
function checkCheckout(plan: Planner): Diagnostic[] {
  const { checkout, state, rules, decisions } = plan
  if (rules.emulator || !state?.source || !isCheckoutUsed(decisions, state)) return []
  const known = state.source.commit.slice(0, 7)
  const why = decisions
    ? [advise('this command puts jobs of this checkout on record, so it takes the newest one alone')]
    : []
  if (!checkout.git) {
    if (rules.allowDirty) return []
    return [
      createRefusal(
        'CHECKOUT_UNKNOWN',
        `this folder is in no Git repository, so Jobwright cannot tell whether its specs are newer than ${known}, which was reconciled last`,
        advise('run in a clone of the repository, or take the specs as they are with --allow-dirty'),
        ...why,
      ),
    ]
  }
  const head = checkout.commit?.slice(0, 7) ?? 'without commits'
  switch (checkout.relation) {
    case 'behind':
    case 'diverged':
      return [
        createRefusal(
          'CHECKOUT_STALE',
          `this checkout (${head}) does not contain ${known}, which was reconciled last`,
          { text: 'check out the tip of the branch, then run the command again', command: ['git', 'pull'] },
          NEWEST,
          ...(decisions ? why : [advise('an older checkout neither creates nor removes jobs')]),
        ),
      ]
    case 'unknown':
      return [
        createRefusal(
          'CHECKOUT_UNKNOWN',
          `Jobwright cannot tell whether this checkout (${head}) contains ${known}, which was reconciled last`,
          ...(checkout.shallow ? FULL_HISTORY : [advise(`fetch the commit ${known}, or restore it`), NEWEST]),
          ...why,
        ),
      ]
    default:
      return []
  }
}

/** A guard of a run: how many actions it counts, and how many it allows. */
export type GuardCount = {
  readonly code: 'GUARD_CREATES' | 'GUARD_REMOVALS' | 'GUARD_UPDATES'
  readonly verb: 'create' | 'withdraw' | 'update'
  readonly member: 'maxCreates' | 'maxRemovals' | 'maxUpdates'
  readonly planned: number
  /** What earlier passes of this run did. */
  readonly before: number
  readonly max: number
}

/** Counts what the guards of a run limit. */
export function countGuards(
  actions: readonly Planned[],
  guards: Planner['guards'],
  run: Pick<Planner['run'], 'created' | 'removed' | 'updated'>,
): GuardCount[] {
  const { maxUpdates = DEFAULT_CONFIG.guards.maxUpdates } = guards
  // Runs of a schedule were counted when the schedule was new.
  const count = (action: Planned['action']): number =>
    actions.filter(({ action: own, spec }) => own === action && spec?.occurrence === undefined).length
  return [
    {
      code: 'GUARD_CREATES',
      verb: 'create',
      member: 'maxCreates',
      planned: count('create'),
      before: run.created,
      max: guards.maxCreates,
    },
    {
      code: 'GUARD_REMOVALS',
      verb: 'withdraw',
      member: 'maxRemovals',
      planned: count('forget') + count('cancel'),
      before: run.removed,
      max: guards.maxRemovals,
    },
    {
      code: 'GUARD_UPDATES',
      verb: 'update',
      member: 'maxUpdates',
      planned: count('update'),
      before: run.updated,
      max: maxUpdates,
    },
  ]
}

/** If the clock is off by more than the margin, the times of the create protocol are worthless. */
function checkClock({ clockOffsetMs = 0 }: Planner, actions: readonly Planned[]): Diagnostic[] {
  if (Math.abs(clockOffsetMs) <= CLOCKS_MS || !actions.some(({ action }) => action === 'create')) return []
  const seconds = Math.round(Math.abs(clockOffsetMs) / 1000)
  return [
    createRefusal(
      'CLOCK_OFF',
      `this machine's clock is ${seconds} s ${clockOffsetMs > 0 ? 'behind' : 'ahead of'} AWS's; nothing is created with it`,
      advise('set the clock (for example with NTP), then run the command again'),
    ),
  ]
}

/** A person's word that comes before it can be known to be true. */
function checkEarly(actions: readonly Planned[]): Diagnostic[] {
  return actions.flatMap(({ code, address, reason, remedies = [] }) =>
    code === 'PLAN_TOO_EARLY' ? [createRefusal(code, `${address}: ${reason}`, ...remedies)] : [],
  )
}

function checkGuard({ code, verb, member, planned, before, max }: GuardCount): Diagnostic[] {
  if (planned + before <= max) return []
  // A filter hides removed specs: with --only nothing is withdrawn.
  const way = verb !== 'withdraw' ? ', or act on fewer specs with --only' : ''
  const sum = before > 0 ? `${before} before in this reconcile + ${planned} = ${before + planned}` : `${planned}`
  const raise = `if that is intended, set guards.${member}: ${planned + before} in jobwright.yaml and have it reviewed${way}`
  return [
    createRefusal(
      code,
      `this reconcile would ${verb} ${sum} ${planned + before === 1 ? 'job' : 'jobs'}; guards.${member} allows ${max}`,
      advise(raise),
    ),
  ]
}

/** Creates a reason to refuse a whole plan. */
export function createRefusal(code: Code, message: string, ...remedies: readonly Remedy[]): Diagnostic {
  return { severity: 'error', code, message, remedies }
}
