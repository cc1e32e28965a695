import type { Address } from './address.ts'
import type { Finding } from './attention.ts'
import type { PlanCode } from './codes.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Json, Pointer } from './json.ts'
import type { Remedy } from './remedy.ts'
import type { Download, Spec, Upload } from './spec.ts'
import type { CreatedRecord, IdentifiedRecord, JobRecord, SettledRecord, Site } from './state.ts'

/** One differing field. `from` is what is recorded or live, `to` what the spec says; absent: not there. */
export type Difference = { readonly pointer: Pointer; readonly from?: Json; readonly to?: Json }

/** What every line of a plan may say. */
type Line = {
  readonly address: Address
  /** Why, in words. Raw text: sinks escape it. */
  readonly reason: string
  /** Stable code, for diagnostics and programs: `PLAN_IMMUTABLE`, `PLAN_FOREIGN`, ... */
  readonly code?: PlanCode
  /** Ways out, the likeliest first. */
  readonly remedies?: readonly Remedy[]
  /** Absent: no spec describes it any more. */
  readonly spec?: Spec
  /** The job's ID, known or to be. */
  readonly id?: string
  /** The record as it is. */
  readonly record?: JobRecord
  /** The record to write without any call: a fresh status, an adoption, a withdrawal. */
  readonly next?: JobRecord
  /** `formerly`: the address whose record moves here. */
  readonly movedFrom?: Address
  /** ISO time at which a person acknowledged what the line says: it needs no attention. */
  readonly acknowledged?: string
}

/** A job is submitted. `record`: what is on record before it, an earlier run or an attempt that created nothing. */
export type PlannedCreate = Line & {
  readonly action: 'create'
  readonly spec: Spec
  /** Where; undefined while offline. */
  readonly site: Site | undefined
  /** Which attempt of this run it is, from 1. */
  readonly attempt: number
  /** Whether the job is to carry our mark as a tag, where its kind has room for one. */
  readonly isTagged: boolean
}

/** AWS is sent the file that a created job waits for. */
export type PlannedUpload = Line & {
  readonly action: 'upload'
  readonly spec: Spec & { readonly upload: Upload }
  readonly record: CreatedRecord
}

/** A created job is told to begin. */
export type PlannedStart = Line & { readonly action: 'start'; readonly spec: Spec; readonly record: CreatedRecord }

/** The asset that a finished job exported is fetched. */
export type PlannedDownload = Line & {
  readonly action: 'download'
  readonly spec: Spec & { readonly download: Download }
  readonly record: IdentifiedRecord
}

/** A live job takes on supported changes. */
export type PlannedUpdate = Line & {
  readonly action: 'update'
  readonly spec: Spec
  readonly record: IdentifiedRecord
  readonly changes: readonly Difference[]
  /** The operations, in order. */
  readonly by: readonly string[]
}

/** A job that has not ended is cancelled. */
export type PlannedCancel = Line & {
  readonly action: 'cancel'
  readonly record: IdentifiedRecord
  /** For the job's own record at AWS: why it is cancelled. */
  readonly why: string
  /** The spec is gone, and its record is marked so with it. */
  readonly withdraws: boolean
  /** What devices have begun is ended as well. */
  readonly force: boolean
}

/** A job becomes an address's own, without any call. */
export type PlannedAdopt = Line & { readonly action: 'adopt'; readonly next: SettledRecord }

/** A record is marked as withdrawn: its spec is gone. */
export type PlannedForget = Line & { readonly action: 'forget'; readonly record: JobRecord; readonly next: JobRecord }

/** All is as it should be, or nothing can be done about it. `excuses`: jobs that a person said are not ours, by their keys in the state. */
export type PlannedKeep = Line & { readonly action: 'keep'; readonly excuses?: readonly string[] }

/** It cannot proceed now. `changes`: how the spec differs from what was submitted. */
export type PlannedStop = Line & {
  readonly action: 'held' | 'waiting' | 'expired' | 'blocked' | 'settling' | 'unresolved' | 'conflict'
  readonly changes?: readonly Difference[]
  /** ISO time at which it can go on by itself. */
  readonly until?: string
  /** Of a spec that waits for good: the job at the beginning of the chain. */
  readonly root?: Root
}

/** The job that keeps all others in a chain from going on. `needsPerson`: nothing but a person takes it further. */
export type Root = { readonly address: Address; readonly run: number; readonly needsPerson: boolean }

/** An action that calls AWS about a job on record. */
export type PlannedStep = PlannedUpload | PlannedStart | PlannedDownload | PlannedUpdate | PlannedCancel

/** One line of a plan: what is to be done about one address, or why it cannot be done now. */
export type Planned = PlannedCreate | PlannedStep | PlannedAdopt | PlannedForget | PlannedKeep | PlannedStop

/** What is to be done about one address, or why it cannot be done now. */
export type ActionName = Planned['action']

/** Actions that change something at AWS, in the state or on this disk; all others say why nothing is done. */
export const DOING: ReadonlySet<ActionName> = new Set<ActionName>([
  'create',
  'upload',
  'start',
  'download',
  'adopt',
  'update',
  'cancel',
  'forget',
])

/** ISO time at which a line can go on by itself; undefined where it does nothing by waiting. */
export function getUntil(planned: Planned): string | undefined {
  return 'until' in planned ? planned.until : undefined
}

/** How the spec of a line differs from what is recorded or live; undefined where the two were not compared. */
export function getChanges(planned: Planned): readonly Difference[] | undefined {
  return 'changes' in planned ? planned.changes : undefined
}

export type Plan = {
  /** One for each address that has a spec or a record that matters, in file order. */
  readonly actions: readonly Planned[]
  /** Warnings of planning: retired services, lost jobs. */
  readonly diagnostics: readonly Diagnostic[]
  /** Guards and checkout rules that refuse it. Empty: it may be carried out. */
  readonly refusals: readonly Diagnostic[]
  /** What needs a person, acknowledged or not. Absent: the plan is for one decision, or only follows jobs, and nobody looked. */
  readonly findings?: readonly Finding[]
}

/** A plan of nothing. */
export const EMPTY_PLAN: Plan = { actions: [], diagnostics: [], refusals: [] }

/** How often each action stands in a plan. */
export function countActions(plan: Plan): Partial<Record<ActionName, number>> {
  const counts: Partial<Record<ActionName, number>> = {}
  for (const { action } of plan.actions) counts[action] = (counts[action] ?? 0) + 1
  return counts
}
