import type { Address } from './address.ts'
import type { Checkout } from './checkout.ts'
import type { ActionName } from './plan.ts'

/** One action as a person approved it. Its steps and passes are approved with it. */
export type ApprovedAction = {
  readonly address: Address
  /** The action when the plan was made. */
  readonly action: ActionName
  readonly run: number
  /** Where its job goes: `aws/123456789012/eu-west-1`. */
  readonly site?: string
  /** The job ID, for kinds whose caller chooses it. */
  readonly id?: string
  /** `sha256:` and the digest of the request in its normal form, secrets unresolved. */
  readonly request: string
  /** The digest of the policy members that decide when the job is submitted. Missing once it is submitted. */
  readonly when?: string
  /** Whether the spec was removed. */
  readonly removed?: true
}

/** The content of a plan file. */
export type ApprovedPlan = {
  readonly apiVersion: 'jobwright/v1'
  readonly kind: 'Plan'
  /** The version of the format. Another version means something else. */
  readonly version: 1
  /** The version of Jobwright that wrote it. */
  readonly writtenBy: string
  /** Whether it was made for the built-in emulator. */
  readonly emulator?: true
  /** The lineage of the state. Missing: the emulator had no state yet. */
  readonly lineage?: string
  /** The serial of the state, for people. */
  readonly serial?: number
  /** The folder of its jobwright.yaml, from the top of the Git repository. Missing outside Git. */
  readonly project?: string
  /** The commit whose specs were read. Missing outside Git. */
  readonly commit?: string
  readonly actions: readonly ApprovedAction[]
}

/** A plan file as a run finds it. */
export type Approval = {
  readonly plan: ApprovedPlan
  /** The file, as the command names it. */
  readonly file: string
  /** How HEAD relates to the plan's commit. `none`: the plan names no commit, or this folder is in no repository. */
  readonly relation: Extract<Checkout, { git: true }>['relation']
  /** This project's folder, from the top of the Git repository. Missing outside Git. */
  readonly project?: string
}
