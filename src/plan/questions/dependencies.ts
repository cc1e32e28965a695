import { type Address, parseAddress } from '../../model/address.ts'
import type { PlanCode } from '../../model/codes.ts'
import { isSteady, isTerminal } from '../../model/condition.ts'
import { getUntil, type Planned, type PlannedStop, type Root } from '../../model/plan.ts'
import { advise, type Remedy, suggest } from '../../model/remedy.ts'
import type { Dependency, Spec } from '../../model/spec.ts'
import { isSettled, type JobRecord } from '../../model/state.ts'
import { createLine, type Planner } from '../context.ts'

/** The code of a line that waits for other jobs. */
const DEPENDS = 'PLAN_DEPENDS'
/** Dependencies are met but not yet persisted. */
export const DEPENDS_MET = 'PLAN_DEPENDS_MET'

/**
 * Returns a line for a spec whose dependencies are not met; undefined if they are. Only the records count, so that
 * `needs` and `plan` agree. What this pass observes counts once the store holds it, as for a start.
 */
export function planDepends(plan: Planner, spec: Spec): PlannedStop | undefined {
  const open = (spec.policy.dependsOn ?? []).filter((one) => judgeDependency(plan, one) !== 'met')
  if (open.length === 0) return undefined
  return createLine(spec, {
    action: 'waiting',
    code: DEPENDS,
    reason: `waits for ${open.map(({ job }) => job).join(', ')}`,
  })
}

/** The state of a dependency by its record: ended as required, ended otherwise, or not terminal. */
type Standing = 'met' | 'unmet' | 'open'

function judgeDependency(plan: Planner, { job, when }: Dependency, record = plan.records[job]): Standing {
  if (!record || !isSettled(record)) return 'open'
  if (record.run < getWantedRun(plan, job, record.run)) return 'open'
  const { condition } = record
  if (condition?.type === 'Succeeded' || isSteady(condition, plan.modelOf(parseAddress(job).kind).lifecycle))
    return 'met'
  if (!isTerminal(condition)) return record.lost ? 'unmet' : 'open'
  return when === 'finished' ? 'met' : 'unmet'
}

/** Returns the run that a job's spec asks for now. A spec that cannot be read may ask for the next one. */
function getWantedRun(plan: Planner, job: Address, recorded: number): number {
  const spec = plan.specAt.get(job)
  if (spec) return spec.policy.run
  const blocked = plan.blockedAt.get(job)
  return blocked ? (blocked.spec?.policy.run ?? recorded + 1) : recorded
}

/**
 * Adds to each waiting line what its dependencies wait for, or why they will never be met. If the first spec of a chain
 * is blocked, the whole chain is.
 */
export function explainWaits(
  plan: Planner,
  lines: readonly Planned[],
  explainRun: (job: Address) => Obstacle | undefined,
): Planned[] {
  const waiting = lines.filter(({ code }) => code === DEPENDS)
  if (waiting.length === 0) return [...lines]
  const found = new Map(lines.map((planned) => [planned.address, planned]))
  const begun = new Set<Address>()
  const isOpen = (job: Address): boolean => found.get(job)?.code === DEPENDS && !begun.has(job)
  // An explicit stack, since a chain may be as long as the list of specs. Each spec is explained after its
  // dependencies. A dependency cycle is an error of loading; here one of its specs stays unexplained.
  for (const { address } of waiting) {
    const stack = isOpen(address) ? [address] : []
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      begun.add(top)
      const planned = found.get(top)!
      const before = planned.spec?.policy.dependsOn?.map(({ job }) => job).filter(isOpen) ?? []
      if (before.length > 0) {
        stack.push(...before)
        continue
      }
      stack.pop()
      if (planned.action === 'waiting' && planned.code === DEPENDS && planned.spec) {
        found.set(top, explainWait(planned, findObstacles(plan, planned.spec, found, explainRun)))
      }
    }
  }
  return lines.map(({ address }) => found.get(address)!)
}

/** Why a dependency is not met, and what to do about it. */
export type Obstacle = {
  readonly is: 'waiting' | 'blocked'
  readonly reason: string
  readonly until?: string
  readonly remedies?: readonly Remedy[]
  readonly code?: PlanCode
  readonly root?: Root
}

function explainWait(planned: PlannedStop, all: readonly Obstacle[]): PlannedStop {
  const blocking = all.find(({ is }) => is === 'blocked')
  if (blocking) {
    const { reason, remedies, code = 'PLAN_DEPENDENCY', root } = blocking
    return { ...planned, action: 'blocked', code, reason, remedies, root }
  }
  const [first, ...more] = all
  if (!first) return { ...planned, code: DEPENDS_MET, reason: 'its dependencies are met; it is next' }
  const times = all.map(({ until }) => until)
  const until = times.every((time) => time !== undefined) ? times.sort().at(-1) : undefined
  const others = more.length === 0 ? '' : `; and for ${more.length} more`
  return { ...planned, reason: `waits for ${first.reason}${others}`, until }
}

function findObstacles(
  plan: Planner,
  spec: Spec,
  lines: ReadonlyMap<Address, Planned>,
  explainRun: (job: Address) => Obstacle | undefined,
): Obstacle[] {
  return (spec.policy.dependsOn ?? []).flatMap((one) => {
    const { job } = one
    const isPlanned = lines.has(job) || plan.records[job] !== undefined
    return (isPlanned ? undefined : explainRun(job)) ?? findObstacle(plan, one, lines.get(job)) ?? []
  })
}

/** Returns why one dependency is not met; undefined if it is, by its record or by this plan's read. */
function findObstacle(plan: Planner, dependency: Dependency, planned: Planned | undefined): Obstacle | undefined {
  const { job } = dependency
  const record = planned?.next ?? plan.records[job]
  const now = judgeDependency(plan, dependency, record)
  if (now === 'met') return undefined
  if (now === 'unmet' && record) return describeUnmet(job, record, plan.specAt.get(job)?.occurrence !== undefined)
  const isHere = plan.specAt.has(job) || plan.blockedAt.has(job)
  if (!isHere) return describeMissing(job, record)
  if (!planned) return { is: 'waiting', reason: `${job}, which has not ended and was not selected` }
  return explainUnfinished(plan, job, planned, record)
}

/** `isRun`: it is a run of a schedule, and each is made once. */
function describeUnmet(job: Address, record: JobRecord, isRun: boolean): Obstacle {
  const { condition, lost, run } = record
  const ended = lost
    ? 'whose job AWS no longer knows'
    : condition?.type === 'Cancelled'
      ? 'which was cancelled'
      : 'which failed'
  const why = !lost && condition?.reason ? ` (${condition.reason})` : ''
  const anyway = lost ? [] : [advise('or write when: finished in policy.dependsOn')]
  return {
    is: 'blocked',
    code: 'PLAN_DEPENDENCY_FAILED',
    reason: `depends on ${job}, ${ended}${why}`,
    remedies: isRun
      ? [advise('name a later run in policy.dependsOn'), ...anyway]
      : [suggest('to run that job again (this raises its policy.run)', 'rerun', job), ...anyway],
    root: { address: job, run, needsPerson: true },
  }
}

function describeMissing(job: Address, record: JobRecord | undefined): Obstacle {
  return {
    is: 'blocked',
    code: 'PLAN_DEPENDENCY_GONE',
    reason: record
      ? `depends on ${job}, whose spec is not here and whose job had not ended at the last read`
      : `depends on ${job}, which has neither a spec nor a record`,
    remedies: [advise('restore its spec, or remove it from policy.dependsOn')],
  }
}

/** Explains an unfinished dependency by its line in this plan. */
function explainUnfinished(plan: Planner, job: Address, planned: Planned, record: JobRecord | undefined): Obstacle {
  const { action, code, reason } = planned
  const until = getUntil(planned)
  const isWanted = record !== undefined && (plan.specAt.get(job)?.policy.run ?? record.run) <= record.run
  const isUnderWay = record !== undefined && isSettled(record)
  switch (action) {
    case 'blocked':
    case 'conflict':
    case 'expired':
    case 'unresolved':
      // A running job will end, whatever is wrong with its spec now. A job that was only created will not; nor will
      // the next run.
      if (isWanted && record?.stage === 'started' && !isTerminal(record.condition)) break
      if (code !== undefined && BY_DEPENDENCY.has(code)) {
        const reasonOfRoot = `depends on ${job}, which ${keepLastLink(reason)}`
        const { root, remedies } = planned
        // A failure blocks every link of the chain. Running that job again unblocks each.
        if (code === 'PLAN_DEPENDENCY_FAILED')
          return { is: 'blocked', code, reason: reasonOfRoot, root, remedies: remedies?.slice(0, 1) }
        return { is: 'blocked', reason: reasonOfRoot, root }
      }
      return {
        is: 'blocked',
        reason: `depends on ${job}, which is ${STUCK[action]}: ${reason}`,
        root: {
          address: job,
          run: planned.spec?.policy.run ?? record?.run ?? 1,
          needsPerson: action !== 'blocked',
        },
      }
    case 'waiting':
      return {
        is: 'waiting',
        reason: `${job}, which waits too${code === DEPENDS ? '' : `: ${reason}`}`,
        until,
      }
    case 'held':
      return { is: 'waiting', reason: `${job}, which is held: ${reason}` }
    case 'settling':
      return { is: 'waiting', reason: `${job}, which is settling`, until }
    case 'create':
    case 'start':
    case 'adopt':
      return { is: 'waiting', reason: `${job}, which comes first` }
  }
  return { is: 'waiting', reason: `${job}, which is ${isUnderWay ? 'running' : 'not over'}` }
}

/**
 * Keeps the last link of `depends on B, which depends on A, which failed`: the middle of a long chain explains nothing.
 */
function keepLastLink(reason: string): string {
  const at = reason.indexOf(LINK)
  return at < 0 ? reason : reason.slice(at + ', which '.length)
}

/** Codes of a spec that a dependency blocks. */
const BY_DEPENDENCY: ReadonlySet<PlanCode> = new Set([
  'PLAN_DEPENDENCY',
  'PLAN_DEPENDENCY_FAILED',
  'PLAN_DEPENDENCY_GONE',
])
const LINK = ', which depends on '
const STUCK = { blocked: 'blocked', conflict: 'in conflict', expired: 'expired', unresolved: 'unresolved' } as const
