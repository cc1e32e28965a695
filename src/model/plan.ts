import type { Address } from './address.ts'
import type { PlanCode } from './codes.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { ExitCode } from './exit-code.ts'
import type { Json, Pointer } from './json.ts'
import type { Remedy } from './remedy.ts'
import type { Spec } from './spec.ts'
import type { JobRecord, Site } from './state.ts'

/** What is to be done about one address, or why it cannot be done now. */
export type ActionName =
  | 'create'
  | 'upload'
  | 'start'
  | 'download'
  | 'adopt'
  | 'update'
  | 'cancel'
  | 'forget'
  | 'keep'
  | 'held'
  | 'waiting'
  | 'expired'
  | 'blocked'
  | 'settling'
  | 'unresolved'
  | 'conflict'

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

/** One differing field. `from` is what is recorded or live, `to` what the spec says; absent: not there. */
export type Difference = { readonly pointer: Pointer; readonly from?: Json; readonly to?: Json }

/** One line of a plan. */
export type Planned = {
  readonly address: Address
  readonly action: ActionName
  /** Why, in words. Raw text: sinks escape it. */
  readonly reason: string
  /** ISO time at which it can go on by itself. */
  readonly until?: string
  readonly changes?: readonly Difference[]
  /** Stable code of a conflict, for diagnostics: `PLAN_IMMUTABLE`, `PLAN_FOREIGN`, ... */
  readonly code?: PlanCode
  /** Ways out, the likeliest first. */
  readonly remedies?: readonly Remedy[]
  /** Superseded by `remedies`. */
  readonly hint?: string
  readonly spec?: Spec
  readonly site?: Site
  /** The job's ID, known or to be. */
  readonly id?: string
  /** The record as it is. */
  readonly record?: JobRecord
  /** The record to write without any call: a fresh status, an adoption, a withdrawal. */
  readonly next?: JobRecord
  /** `formerly`: the address whose record moves here. */
  readonly movedFrom?: Address
  /** The operations of an update, in order. */
  readonly by?: readonly string[]
  /** For the job's own record at AWS: why it is cancelled. */
  readonly why?: string
  /** Of a cancel: the spec is gone, and its record is marked so with it. */
  readonly withdraws?: true
  /** Of a cancel: what devices have begun is ended as well. */
  readonly force?: true
  /** The attempt that a create would be, from 1. */
  readonly attempt?: number
}

/** Why a whole plan may not be carried out. */
export type Refusal = { readonly exitCode: ExitCode; readonly diagnostic: Diagnostic }

export type Plan = {
  /** One for each address that has a spec or a record that matters, in file order. */
  readonly actions: readonly Planned[]
  /** Warnings of planning: retired services, lost jobs. */
  readonly diagnostics: readonly Diagnostic[]
  /** Guards and checkout rules that refuse it. Empty: it may be carried out. */
  readonly refusals: readonly Refusal[]
}

/** How often each action stands in a plan. */
export function countActions(plan: Plan): Partial<Record<ActionName, number>> {
  const counts: Partial<Record<ActionName, number>> = {}
  for (const { action } of plan.actions) counts[action] = (counts[action] ?? 0) + 1
  return counts
}
