import type { Address } from '../model/address.ts'
import type { Approval } from '../model/approved-plan.ts'
import type { AwsProblem } from '../model/aws-problem.ts'
import type { Checkout } from '../model/checkout.ts'
import type { Guards } from '../model/config.ts'
import type { Waits } from '../model/create-protocol.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { KindModel } from '../model/kind.ts'
import type { Observed } from '../model/observed.ts'
import type { QuotaView } from '../model/quota.ts'
import type { Remedy } from '../model/remedy.ts'
import type { Blocked, Spec } from '../model/spec.ts'
import { isSettled, type Site, type State } from '../model/state.ts'

/** All inputs of a plan. The same input gives the same plan, at any time and on any machine. */
export type PlanInput = {
  readonly specs: readonly Spec[]
  readonly blocked: readonly Blocked[]
  /**
   * Whether every file loaded and every document's address is known. Only then does a missing spec count as removed.
   */
  readonly complete: boolean
  /** `--only` and `--spec`: what to plan. The rest is not planned at all. */
  readonly only?: (address: Address, labels: Readonly<Record<string, string>>) => boolean
  readonly state: State | undefined
  readonly observed: Observed
  /** Returns the current site of a spec's job; undefined while offline. */
  readonly siteOf: (spec: Spec) => Site | undefined
  /** Returns whether a spec's job carries our mark as a tag. Default: it does. */
  readonly isTagged?: (spec: Spec) => boolean
  /** Epoch milliseconds. */
  readonly now: number
  /**
   * When the needs were listed, in epoch milliseconds. Default: `now`. What became due later was not read, so it is not
   * submitted.
   */
  readonly readFrom?: number
  /** Up to when runs of schedules are due, by AWS's clock if it is known, in epoch milliseconds. Default: `now`. */
  readonly dueAt?: number
  /** How far AWS's clock is ahead of ours, in milliseconds, if an answer has shown it. */
  readonly clockOffsetMs?: number
  readonly waits: Waits
  readonly modelOf: (kind: string) => KindModel
  readonly checkout: Checkout
  readonly rules: Rules
  /** `maxUpdates` and `maxRunsPerDay` default to the defaults of jobwright.yaml. */
  readonly guards: Omit<Guards, 'maxUpdates' | 'maxRunsPerDay'> & Partial<Guards>
  /** Returns how many creates AWS allows at a site per UTC day; undefined without such a limit. */
  readonly perDay: (model: KindModel) => number | undefined
  /** Returns how many jobs the user allows to run at once. Default, or undefined: AWS's limit. */
  readonly inFlight?: (model: KindModel) => number | undefined
  /** What other states leave of slots and daily budgets, by name. Default: all of it. */
  readonly quotas?: ReadonlyMap<string, QuotaView>
  readonly run: RunSoFar
  /** What people decided about addresses. It replaces the normal plan for them. */
  readonly decisions?: ReadonlyMap<Address, Decision>
  /** Why the state may belong to another project of this repository. A missing spec then proves nothing. */
  readonly unclaimed?: Diagnostic
  /** What was found of a lost state, and the ways to restore it. */
  readonly lost?: { readonly message: string; readonly remedies: readonly Remedy[] }
  /** The plan that a person approved. What it does not contain is held. */
  readonly approval?: Approval
  /** Only reads: statuses and unknown outcomes are recorded, and everything else that is due is held. */
  readonly refreshOnly?: boolean
  /** There is no state, and these decisions begin one: all of them, or none. */
  readonly begins?: boolean
}

/** A person's decision about one address. */
export type Decision =
  /**
   * Adopt the job of this ID. Default: the ID that the spec gives. `settles`: the job is the recorded create's,
   * whatever run the spec asks for now. `force`: adopt it despite another owner's mark.
   */
  | { readonly is: 'adopt'; readonly id?: string; readonly settles?: true; readonly force?: boolean }
  /** These jobs, or all listed ones, are foreign. They are never look-alikes again. */
  | { readonly is: 'foreign'; readonly ids: readonly string[] | 'listed' }
  /** Its spec was removed on purpose, and no other spec is a rename of it. */
  | { readonly is: 'removed' }
  /** Its unknown create created no job. `force`: accepted although a request may still arrive. */
  | { readonly is: 'not-created'; readonly force: boolean }
  /** Cancel its unfinished job. `force`: also what devices have begun. */
  | { readonly is: 'cancel'; readonly reason: string; readonly force: boolean }
  /** Its job ran before this state began. */
  | { readonly is: 'baseline' }

/**
 * Returns whether decisions put a job on record based on this checkout. All others concern what is already on record,
 * so they are valid in any checkout.
 */
export function isCheckoutUsed(decisions: PlanInput['decisions'], state: State | undefined): boolean {
  if (decisions === undefined) return true
  return [...decisions].some(([address, decision]) => {
    if (decision.is === 'baseline') return true
    const record = state?.records[address]
    const isOnRecord = record !== undefined && !isSettled(record)
    return decision.is === 'adopt' && !(decision.settles && isOnRecord)
  })
}

export type Rules = {
  /** The built-in emulator is a playground: it needs no state and no commit. */
  readonly emulator: boolean
  /** Nothing is read from AWS; only specs and state are compared. */
  readonly offline: boolean
  readonly allowDirty: boolean
  readonly allowRemovals: boolean
}

/** What the previous passes did. Guards count over the whole run. */
export type RunSoFar = {
  /** Without the runs of schedules. */
  readonly created: number
  readonly removed: number
  readonly updated: number
  /** Addresses whose action failed in this run. It is not retried. */
  readonly failed: ReadonlyMap<Address, AwsProblem>
}

export const FRESH_RUN: RunSoFar = { created: 0, removed: 0, updated: 0, failed: new Map() }
