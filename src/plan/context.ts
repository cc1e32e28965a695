import { type Address, parseAddress } from '../model/address.ts'
import { getRemedies } from '../model/aws-problem.ts'
import type { PlanCode } from '../model/codes.ts'
import { isTerminal } from '../model/condition.ts'
import { computeShownFrom as shownAfter } from '../model/create-protocol.ts'
import { judgeIdentity } from '../model/evidence.ts'
import { formatIso } from '../model/iso.ts'
import type { KindModel } from '../model/kind.ts'
import type { Live } from '../model/live.ts'
import type { JobRead } from '../model/observed.ts'
import type { Planned, PlannedKeep, PlannedStop } from '../model/plan.ts'
import { refreshWithStage } from '../model/record.ts'
import { advise, type Remedy } from '../model/remedy.ts'
import type { Blocked, Policy, Spec } from '../model/spec.ts'
import { type IdentifiedRecord, type Identity, isSettled, type JobRecord, type SettledRecord } from '../model/state.ts'
import type { Decision, PlanInput } from './input.ts'
import { createListings, type Listing } from './questions/listing.ts'
import { type Claims, createOwnership, getClaim, type Ownership } from './questions/ownership.ts'
import { findRenames, type Renames } from './questions/rename-pairs.ts'
import { createRivals, type Rivals } from './questions/rivals.ts'

/** A plan input with look-ups that many questions share. */
export type Planner = PlanInput &
  Ownership & {
    readonly records: Readonly<Record<Address, JobRecord>>
    /** The lineage of the state. Our marks begin with it. */
    readonly lineage: string
    readonly specAt: ReadonlyMap<Address, Spec>
    readonly blockedAt: ReadonlyMap<Address, Blocked>
    /** Kind -> its first new spec with errors, which may be a renamed one. */
    readonly brokenNew: ReadonlyMap<string, Address>
    readonly renames: Renames
    /** An index of a list of jobs. */
    readonly listingOf: (jobs: readonly Live[], model: KindModel) => Listing
    /** How many unknown creates of the state asked for the same at the same place. */
    readonly countRivals: Rivals
  }

/** Says why an unrecorded job may be the state's own. */
export const OLDER_STATE = advise(
  'the state may be older than the job: it may come from a backup, or its branch was rolled back',
)

export function createPlanner(input: PlanInput): Planner {
  const records = input.state?.records ?? {}
  const broken = input.blocked.filter(({ address }) => !records[address])
  return {
    ...input,
    ...createOwnership(records, input.modelOf),
    records,
    lineage: input.state?.lineage ?? '',
    specAt: new Map(input.specs.map((spec) => [spec.address, spec])),
    blockedAt: new Map(input.blocked.map((blocked) => [blocked.address, blocked])),
    brokenNew: new Map(broken.toReversed().map(({ address }) => [parseAddress(address).kind, address])),
    renames: findRenames(input, records),
    listingOf: createListings(),
    countRivals: createRivals(records, input.modelOf),
  }
}

/** Makes the lines of a plan one after the other. A job that one line claims is not given to a later one. */
export function planSequentially(
  context: Planner,
  turns: readonly ((context: Planner) => Planned | undefined)[],
): Planned[] {
  const made = new Map<string, Address>()
  const claims: Claims = {
    get: (key) => made.get(key) ?? context.claims.get(key),
    has: (key) => made.has(key) || context.claims.has(key),
  }
  const inTurn: Planner = { ...context, claims }
  return turns.flatMap((turn) => {
    const planned = turn(inTurn)
    const claim = planned && getClaim(planned, context.modelOf)
    if (claim !== undefined) made.set(claim, planned!.address)
    return planned ?? []
  })
}

/**
 * Marks a job that AWS no longer knows: a finished job as archived, an unfinished job as lost. Neither is created
 * again.
 */
export function markGone<R extends JobRecord>(record: R): R {
  return isTerminal(record.condition) ? { ...record, archived: true } : { ...record, lost: true }
}

export const NOT_SHOWN_YET = 'its job was just created, and AWS does not show it yet'

/** What a read showed: the recorded job with its evidence, no job, or another job under its ID. */
export type SeenRecord =
  | { readonly is: 'live'; readonly live: Live; readonly identity?: Identity }
  | { readonly is: 'absent' }
  | { readonly is: 'replaced'; readonly why: string }
  | Extract<JobRead, { is: 'failed' }>

/** Returns what this plan's reads show of a settled record's job; undefined if it was not read. */
export function judgeSeen(plan: Planner, address: Address, record: SettledRecord): SeenRecord | undefined {
  const seen = plan.observed.jobs.get(address)
  if (seen?.is !== 'live') return seen
  const verdict = judgeIdentity(record, seen.live, plan.modelOf(parseAddress(address).kind), plan.state?.lineage)
  if (verdict.is === 'other') return { is: 'replaced', why: verdict.why }
  return { is: 'live', live: seen.live, identity: verdict.is === 'same' ? verdict.identity : record.identity }
}

/** Returns a record as a read shows its job now. `policy`: which failures of devices its spec allows. */
export function refreshAsSeen(
  plan: Planner,
  address: Address,
  policy: Pick<Policy, 'maxFailedPercent'>,
  record: SettledRecord,
  { live, identity }: Extract<SeenRecord, { is: 'live' }>,
): IdentifiedRecord {
  const { lifecycle } = plan.modelOf(parseAddress(address).kind)
  return refreshWithStage(record, live, lifecycle.stageOf(live), lifecycle.condition(live, policy), plan.now, identity)
}

/** Returns the ISO time from which the absence of a recorded job proves something; undefined if it already does. */
export function computeShownFrom(plan: PlanInput, { condition, createdAt }: JobRecord): string | undefined {
  if (isTerminal(condition) || createdAt === undefined) return undefined
  const until = shownAfter(createdAt, plan.waits)
  return getReadTime(plan) < Date.parse(until) ? until : undefined
}

/**
 * Returns from when on the reads of a plan were made, in epoch milliseconds. What they do not show was absent then. It may exist by `now`,
 * because the machine may have slept in between.
 */
export function getReadTime({ now, readFrom = now }: Pick<PlanInput, 'now' | 'readFrom'>): number {
  return Math.min(now, readFrom)
}

/** Returns whether an address is within `--only`. */
export function isSelected(input: PlanInput, address: Address, labels: Readonly<Record<string, string>> = {}): boolean {
  return input.only === undefined || input.only(address, labels)
}

/** Creates a line of the plan for a spec. */
export function createLine<const Rest extends { readonly action: Planned['action']; readonly reason: string }>(
  spec: Spec,
  rest: Rest,
): Rest & { readonly address: Address; readonly spec: Spec } {
  return { address: spec.address, spec, ...rest }
}

/** Returns the line of a spec whose action failed in this run: it is not retried. Undefined if no action failed. */
export function planFailed(
  plan: Planner,
  address: Address,
  spec: Spec | undefined,
  record?: JobRecord,
): PlannedStop | undefined {
  const failure = plan.run.failed.get(address)
  if (!failure) return undefined
  const reason = `failed in this reconcile: ${failure.name}: ${failure.message}`
  return { address, spec, record, id: record?.id, action: 'blocked', reason }
}

/**
 * Returns the record that a decision is about. Undefined if the job to adopt belongs to a later run than the record.
 */
export function findDecidedRecord(
  spec: Spec,
  record: JobRecord | undefined,
  decision: Decision,
): JobRecord | undefined {
  const isLater = record !== undefined && decision.is === 'adopt' && spec.policy.run > record.run
  return isLater && (isSettled(record) || !decision.settles) ? undefined : record
}

/** Returns a line for a spec whose run is lower than the recorded one. Such a run never runs again. */
export function planLowerRun(spec: Spec, record: JobRecord): PlannedKeep {
  return createLine(spec, {
    action: 'keep',
    code: 'PLAN_LOWER_RUN',
    record,
    id: record.id,
    reason: `policy.run is ${spec.policy.run}, but run ${record.run} is on record; a lower run changes nothing`,
  })
}

/** Returns a line for an address that could not be read from AWS. */
export function planUnread(spec: Spec, seen: Extract<JobRead, { is: 'failed' }>, record?: JobRecord): PlannedStop {
  return createLine(spec, { ...describeUnread(seen), record, id: record?.id })
}

const NOWHERE = advise(
  'check the ID of the project in the spec, and its target: there is none of that ID in this account and region',
)

/** Describes a failed read for a line. */
export function describeUnread({ problem }: Extract<JobRead, { is: 'failed' }>): {
  readonly action: 'blocked'
  readonly code: PlanCode
  readonly reason: string
  readonly remedies?: readonly Remedy[]
} {
  // A missing job is no failed read. So what was not found is the scope of its list.
  const remedies = problem.class === 'not-found' ? [NOWHERE] : getRemedies(problem)
  return {
    action: 'blocked',
    ...(remedies && { remedies }),
    code: problem.class === 'auth' ? 'PLAN_REFUSED' : 'PLAN_UNREAD',
    reason: `AWS could not be asked about it: ${problem.name}: ${problem.message}`,
  }
}

/** `policy.run was raised from 1 to 2`. */
export function describeRaisedRun(spec: Spec, record: JobRecord): string {
  return `policy.run was raised from ${record.run} to ${spec.policy.run}`
}

/** Returns the ISO time some milliseconds after another one. */
export function addTime(time: string, ms: number): string {
  return formatIso(Date.parse(time) + ms)
}

/** `2026-11-15 09:00 UTC`, for sentences. */
export function formatMinute(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`
}

/** Formats an ISO time for sentences, to the second: `2026-11-16 08:00:07 UTC`. */
export function formatSecond(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`
}

/** Names a job in sentences: `AWS Elemental MediaPackage job cup-final`. */
export function nameJob(model: KindModel, id: string): string {
  return `${model.serviceName} job ${id}`
}
