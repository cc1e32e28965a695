import type { Address } from './address.ts'
import type { Finding } from './attention.ts'
import type { PlanCode } from './codes.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Json, Pointer } from './json.ts'
import type { Preview } from './preview.ts'
import type { QuotaNeed } from './quota.ts'
import type { Remedy } from './remedy.ts'
import type { Download, Spec, Upload } from './spec.ts'
import type { Change, CreatedRecord, IdentifiedRecord, JobRecord, SettledRecord, Site } from './state.ts'

/**
 * One differing field. `from` is the recorded or live value, `to` the spec's. Missing: the field does not exist there.
 */
export type Difference = { readonly pointer: Pointer; readonly from?: Json; readonly to?: Json }

/** What every line of a plan may have. */
type Line = {
  readonly address: Address
  /** Why, in words. Raw text: sinks escape it. */
  readonly reason: string
  /** Stable code, for diagnostics and programs: `PLAN_IMMUTABLE`, `PLAN_FOREIGN`, ... */
  readonly code?: PlanCode
  /** Ways out, the likeliest first. */
  readonly remedies?: readonly Remedy[]
  /** Missing: no spec describes it any more. */
  readonly spec?: Spec
  /** The next run of a spec with a schedule, as it will be submitted. */
  readonly upcoming?: Spec
  /** The job's ID, known or intended. */
  readonly id?: string
  /** The current record. */
  readonly record?: JobRecord
  /** The record to write without any call: a fresh status, an adoption, a withdrawal. */
  readonly next?: JobRecord
  /** `formerly`: the address whose record moves here. */
  readonly movedFrom?: Address
  /** ISO time at which a person acknowledged the line. It needs no more attention. */
  readonly acknowledged?: string
  /** What reports show of it besides. Missing: the plan was not made for a report. */
  readonly preview?: Preview
  /** How the spec differs, element by element, with long texts that the state holds only as digests. */
  readonly elements?: readonly Difference[]
}

/** A job is submitted. `record`: the previous run, or an attempt that created nothing. */
export type PlannedCreate = Line & {
  readonly action: 'create'
  readonly spec: Spec
  /** Where the job goes; undefined while offline. */
  readonly site: Site | undefined
  /** Which attempt of this run it is, from 1. */
  readonly attempt: number
  /** Whether the job gets our mark as a tag, if its kind supports tags. */
  readonly isTagged: boolean
}

/** The file that a created job waits for is sent to AWS. */
export type PlannedUpload = Line & {
  readonly action: 'upload'
  readonly spec: Spec & { readonly upload: Upload }
  readonly record: CreatedRecord
}

/** A created job is started. */
export type PlannedStart = Line & { readonly action: 'start'; readonly spec: Spec; readonly record: CreatedRecord }

/** The asset that a finished job exported is downloaded. */
export type PlannedDownload = Line & {
  readonly action: 'download'
  readonly spec: Spec & { readonly download: Download }
  readonly record: IdentifiedRecord
}

/** A live job gets supported updates. */
export type PlannedUpdate = Line & {
  readonly action: 'update'
  readonly spec: Spec
  readonly record: IdentifiedRecord
  readonly changes: readonly Difference[]
  /** The operations, in order. */
  readonly by: readonly string[]
}

/** An unfinished job is cancelled. */
export type PlannedCancel = Line & {
  readonly action: 'cancel'
  readonly record: IdentifiedRecord
  /** The cancel reason for the job's own record in AWS. */
  readonly why: string
  /** Whether the spec was removed. Its record is then marked as withdrawn. */
  readonly withdraws: boolean
  /** Whether executions that devices have begun are cancelled too. */
  readonly force: boolean
}

/** A job becomes an address's own, without any call. */
export type PlannedAdopt = Line & { readonly action: 'adopt'; readonly next: SettledRecord }

/** A record is marked as withdrawn, since its spec was removed. */
export type PlannedForget = Line & { readonly action: 'forget'; readonly record: JobRecord; readonly next: JobRecord }

/** Nothing to do, or nothing can be done. `excuses`: the state's keys of jobs that a person called foreign. */
export type PlannedKeep = Line & { readonly action: 'keep'; readonly excuses?: readonly string[] }

/** The address cannot proceed now. `changes`: how the spec differs from what was submitted. */
export type PlannedStop = Line & {
  readonly action: 'held' | 'waiting' | 'expired' | 'blocked' | 'settling' | 'unresolved' | 'conflict'
  readonly changes?: readonly Difference[]
  /** ISO time at which it can proceed by itself. */
  readonly until?: string
  /** For a spec that waits for good: the job at the beginning of the chain. */
  readonly root?: Root
  /**
   * Names the finding of a conflict without a job ID. It is the first wording of the reason, and never changes: so a
   * reworded reason keeps its acknowledgements. Missing: the reason itself.
   */
  readonly findingKey?: string
}

/** The job that blocks all others in a chain. `needsPerson`: only a person can resolve it. */
export type Root = { readonly address: Address; readonly run: number; readonly needsPerson: boolean }

/** An action that calls AWS about a recorded job. */
export type PlannedStep = PlannedUpload | PlannedStart | PlannedDownload | PlannedUpdate | PlannedCancel

/** One line of a plan: what to do about one address, or why nothing can be done now. */
export type Planned = PlannedCreate | PlannedStep | PlannedAdopt | PlannedForget | PlannedKeep | PlannedStop

/** The name of an action. */
export type ActionName = Planned['action']

/** Actions that change something in AWS, in the state or on this disk. All others only give a reason. */
export const CHANGING_ACTIONS: ReadonlySet<ActionName> = new Set<ActionName>([
  'create',
  'upload',
  'start',
  'download',
  'adopt',
  'update',
  'cancel',
  'forget',
])

/** Returns the ISO time at which a line can proceed by itself; undefined if waiting does not help. */
export function getUntil(planned: Planned): string | undefined {
  return 'until' in planned ? planned.until : undefined
}

/** Returns how the spec of a line differs from the recorded or live job; undefined if they were not compared. */
export function getChanges(planned: Planned): readonly Difference[] | undefined {
  return 'changes' in planned ? planned.changes : undefined
}

export type Plan = {
  /** One for each address with a spec or a relevant record, in file order. */
  readonly actions: readonly Planned[]
  /** Warnings of planning: retired services, lost jobs. */
  readonly diagnostics: readonly Diagnostic[]
  /** Guards and checkout rules that reject the plan. Empty: it may be applied. */
  readonly refusals: readonly Diagnostic[]
  /**
   * What needs a person, acknowledged or not. Missing: the plan is for one decision, or only follows jobs, so nobody
   * looked.
   */
  readonly findings?: readonly Finding[]
  /** What the plan decides about specs with a schedule. It becomes durable with the intents, before any call. */
  readonly decided?: readonly Change[]
  /** What it takes of the slots and daily budgets that other states share. */
  readonly quotas?: readonly QuotaNeed[]
}

/** An empty plan. */
export const EMPTY_PLAN: Plan = { actions: [], diagnostics: [], refusals: [] }

/** Counts how often each action occurs in a plan. */
export function countActions(plan: Plan): Partial<Record<ActionName, number>> {
  const counts: Partial<Record<ActionName, number>> = {}
  for (const { action } of plan.actions) counts[action] = (counts[action] ?? 0) + 1
  return counts
}
