import type { Address } from '../model/address.ts'
import type { AwsProblem } from '../model/aws-problem.ts'
import type { Checkout } from '../model/checkout.ts'
import type { Guards } from '../model/config.ts'
import type { Waits } from '../model/create-protocol.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { KindModel } from '../model/kind.ts'
import type { Observed } from '../model/observed.ts'
import type { Remedy } from '../model/remedy.ts'
import type { Blocked, Spec } from '../model/spec.ts'
import { isSettled, type Site, type State } from '../model/state.ts'

/** Everything that a plan is made from. The same input gives the same plan, at any time and on any machine. */
export type PlanInput = {
  readonly specs: readonly Spec[]
  readonly blocked: readonly Blocked[]
  /** Every file loaded and every document's address is known, so that a missing spec is really gone. */
  readonly complete: boolean
  /** `--only` and `--spec`: what is to be acted on; the rest is not planned at all. */
  readonly only?: (address: Address, labels: Readonly<Record<string, string>>) => boolean
  readonly state: State | undefined
  readonly observed: Observed
  /** Where a spec's job belongs today; undefined while offline. */
  readonly siteOf: (spec: Spec) => Site | undefined
  /** Whether a spec's job carries our mark as a tag; absent: it does. */
  readonly isTagged?: (spec: Spec) => boolean
  /** Epoch milliseconds. */
  readonly now: number
  /** When it was decided what to read, in epoch milliseconds; absent: now. What comes due only after that was not read for, and is not submitted. */
  readonly readFrom?: number
  /** How far AWS's clock is ahead of ours, in milliseconds, where an answer told. */
  readonly clockOffsetMs?: number
  readonly waits: Waits
  readonly modelOf: (kind: string) => KindModel
  readonly checkout: Checkout
  readonly rules: Rules
  /** Without `maxUpdates`, the default of jobwright.yaml holds. */
  readonly guards: Omit<Guards, 'maxUpdates'> & Partial<Guards>
  /** How many creates a UTC day AWS allows at a site; undefined where it sets no such limit. */
  readonly perDay: (model: KindModel) => number | undefined
  /** How many jobs the user lets run at once; absent, or undefined: as many as AWS allows. */
  readonly inFlight?: (model: KindModel) => number | undefined
  readonly run: RunSoFar
  /** What a person decided about addresses, in place of what would be planned for them. */
  readonly decisions?: ReadonlyMap<Address, Decision>
  /** Why the state may be another project's of this repository. A missing spec then proves nothing. */
  readonly unclaimed?: Diagnostic
  /** What was found of a state that is gone, and the ways back to it. */
  readonly lost?: { readonly message: string; readonly remedies: readonly Remedy[] }
  /** There is no state, and these decisions begin one: all of them, or none. */
  readonly begins?: boolean
}

/** A person's word on one address. */
export type Decision =
  /** Take over the job of this ID; absent: the one that the spec's own ID names. `settles`: it is what the create on record made, whatever run the spec asks for by now. `force`: although it carries another owner's mark. */
  | { readonly do: 'adopt'; readonly id?: string; readonly settles?: true; readonly force?: boolean }
  /** These jobs, or all that are listed now, are not ours: nobody's look-alikes from now on. */
  | { readonly do: 'foreign'; readonly ids: readonly string[] | 'listed' }
  /** Its spec was removed on purpose, and no other spec is a rename of it. */
  | { readonly do: 'removed' }
  /** The unknown create of it made no job. `force`: believed although a packet may still arrive. */
  | { readonly do: 'not-created'; readonly force: boolean }
  /** Its unfinished job is to end. `force`: what devices have begun as well. */
  | { readonly do: 'cancel'; readonly reason: string; readonly force: boolean }
  /** Its job ran before this state began. */
  | { readonly do: 'baseline' }

/**
 * Whether decisions put a job on record by what this checkout says. All others are about what is on record already: they hold in any
 * checkout, and say nothing about it.
 */
export function isCheckoutUsed(decisions: PlanInput['decisions'], state: State | undefined): boolean {
  if (decisions === undefined) return true
  return [...decisions].some(([address, decision]) => {
    if (decision.do === 'baseline') return true
    const record = state?.records[address]
    const isOnRecord = record !== undefined && !isSettled(record)
    return decision.do === 'adopt' && !(decision.settles && isOnRecord)
  })
}

export type Rules = {
  /** The built-in emulator is a playground: no state is needed, no commit is asked for. */
  readonly emulator: boolean
  /** Nothing was asked of AWS: only specs and state are compared. */
  readonly offline: boolean
  readonly allowDirty: boolean
  readonly allowRemovals: boolean
}

/** What the passes before this one did; guards count over the whole run. */
export type RunSoFar = {
  readonly created: number
  readonly removed: number
  readonly updated: number
  /** Addresses whose action failed in this run: not tried again in it. */
  readonly failed: ReadonlyMap<Address, AwsProblem>
}

export const FRESH_RUN: RunSoFar = { created: 0, removed: 0, updated: 0, failed: new Map() }
