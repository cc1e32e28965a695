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
/** The code of one that has nothing left to wait for but that what was seen in this pass is on record. */
export const DEPENDS_MET = 'PLAN_DEPENDS_MET'

/**
 * A line for a spec that may not be submitted before other jobs are over; undefined where they are. Decided by the records alone, so that
 * `needs` and `plan` agree: what this pass sees of a job counts once the store holds it, as for a start.
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

/** Where a job that another one waits for stands by the record: over as it has to be, over otherwise, or not over yet. */
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

/** The run that the spec of a job asks for by now. One that cannot be read may ask for the next. */
function getWantedRun(plan: Planner, job: Address, recorded: number): number {
  const spec = plan.specAt.get(job)
  if (spec) return spec.policy.run
  const blocked = plan.blockedAt.get(job)
  return blocked ? (blocked.spec?.policy.run ?? recorded + 1) : recorded
}

/**
 * Says of each line that waits for other jobs what they wait for in turn, or why that will never come, from the lines of those jobs. A chain
 * of waiting specs is blocked as a whole where its first is.
 */
export function explainWaits(plan: Planner, lines: readonly Planned[]): Planned[] {
  const found = new Map(lines.map((planned) => [planned.address, planned]))
  const begun = new Set<Address>()
  const isOpen = (job: Address): boolean => found.get(job)?.code === DEPENDS && !begun.has(job)
  // A stack of our own: a chain may be as long as a repository has specs. Each is explained after those that it waits for; of specs that
  // wait for each other, which are errors of loading, one is left as it is.
  for (const { address } of lines.filter(({ code }) => code === DEPENDS)) {
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
        found.set(top, explainWait(planned, findObstacles(plan, planned.spec, found)))
      }
    }
  }
  return lines.map(({ address }) => found.get(address)!)
}

type Obstacle = {
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
  if (!first) return { ...planned, code: DEPENDS_MET, reason: 'what it waited for is over; it goes next' }
  const times = all.map(({ until }) => until)
  const until = times.every((time) => time !== undefined) ? times.sort().at(-1) : undefined
  const others = more.length === 0 ? '' : `; and for ${more.length} more`
  return { ...planned, reason: `waits for ${first.reason}${others}`, until }
}

function findObstacles(plan: Planner, spec: Spec, lines: ReadonlyMap<Address, Planned>): Obstacle[] {
  return (spec.policy.dependsOn ?? []).flatMap((one) => findObstacle(plan, one, lines.get(one.job)) ?? [])
}

/** Why one job is not over as it has to be; undefined where it is, by the record or by what was just seen of it. */
function findObstacle(plan: Planner, dependency: Dependency, planned: Planned | undefined): Obstacle | undefined {
  const { job } = dependency
  const record = planned?.next ?? plan.records[job]
  const now = judgeDependency(plan, dependency, record)
  if (now === 'met') return undefined
  if (now === 'unmet' && record) return describeUnmet(job, record)
  const isHere = plan.specAt.has(job) || plan.blockedAt.has(job)
  if (!isHere) return describeMissing(job, record)
  if (!planned) return { is: 'waiting', reason: `${job}, which is not over and was not asked for` }
  return open(plan, job, planned, record)
}

function describeUnmet(job: Address, record: JobRecord): Obstacle {
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
    remedies: [suggest(`run that again, with policy.run: ${run + 1}`, 'rerun', job), ...anyway],
    root: { address: job, run, needsPerson: true },
  }
}

function describeMissing(job: Address, record: JobRecord | undefined): Obstacle {
  return {
    is: 'blocked',
    code: 'PLAN_DEPENDENCY_GONE',
    reason: record
      ? `depends on ${job}, whose spec is not here and whose job was not over when it was last seen`
      : `depends on ${job}, of which there is neither a spec nor a record`,
    remedies: [advise('bring its spec back, or remove it from policy.dependsOn')],
  }
}

/** A job that has not ended yet, by what this plan does about it. */
function open(plan: Planner, job: Address, planned: Planned, record: JobRecord | undefined): Obstacle {
  const { action, code, reason } = planned
  const until = getUntil(planned)
  const isWanted = record !== undefined && (plan.specAt.get(job)?.policy.run ?? record.run) <= record.run
  const isUnderWay = record !== undefined && isSettled(record)
  switch (action) {
    case 'blocked':
    case 'conflict':
    case 'expired':
    case 'unresolved':
      // A job that runs comes to its end whatever is wrong with its spec by now; one that was only made does not, nor the next run.
      if (isWanted && record?.stage === 'started' && !isTerminal(record.condition)) break
      if (code !== undefined && BY_DEPENDENCY.has(code)) {
        const reasonOfRoot = `depends on ${job}, which ${keepLastLink(reason)}`
        const { root, remedies } = planned
        // A failure blocks every link of the chain, and running it again is the way out for each.
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

/** Of `depends on B, which depends on A, which failed` the last link alone: the middle of a long chain explains nothing. */
function keepLastLink(reason: string): string {
  const at = reason.indexOf(LINK)
  return at < 0 ? reason : reason.slice(at + ', which '.length)
}

/** Codes of a spec that is blocked by what it depends on. */
const BY_DEPENDENCY: ReadonlySet<PlanCode> = new Set([
  'PLAN_DEPENDENCY',
  'PLAN_DEPENDENCY_FAILED',
  'PLAN_DEPENDENCY_GONE',
])
const LINK = ', which depends on '
const STUCK = { blocked: 'blocked', conflict: 'in conflict', expired: 'expired', unresolved: 'unresolved' } as const
