import type { Address } from './address.ts'
import type { AwsProblem } from './aws-problem.ts'
import type { Live } from './live.ts'
import type { Site } from './state.ts'

/** One read that a plan needs from AWS. */
export type Need = {
  readonly address: Address
  readonly kind: string
  readonly site: Site
  /** Read the job of this ID. Missing: list the jobs that an unknown create may have created. */
  readonly id?: string
  readonly scope?: string
  /** Read the definition too, not the status alone. */
  readonly definition?: boolean
  /** Read the mark too, if only another call returns it. */
  readonly mark?: boolean
  /** The job is on record. If a list does not show it, that proves nothing. */
  readonly known?: boolean
  /** For lists: an ISO time. Jobs created before it do not matter. */
  readonly since?: string
  /** For lists: list the spec's current site, not the site of its unknown create. */
  readonly elsewhere?: true
}

/** What a read of a job showed. `failed`: AWS did not answer or refused, so nothing is known. */
export type JobRead =
  | { readonly is: 'live'; readonly live: Live }
  | { readonly is: 'absent' }
  | { readonly is: 'failed'; readonly problem: AwsProblem }

/** The jobs that a list returned. */
export type Lookalikes =
  | { readonly is: 'listed'; readonly jobs: readonly Live[] }
  | { readonly is: 'failed'; readonly problem: AwsProblem }

/** All reads of one plan. An address in none of these maps was not read. */
export type Observed = {
  readonly jobs: ReadonlyMap<Address, JobRead>
  readonly alike: ReadonlyMap<Address, Lookalikes>
  /** The lists of needs with `elsewhere`. */
  readonly elsewhere?: ReadonlyMap<Address, Lookalikes>
}

export const NOTHING_OBSERVED: Observed = { jobs: new Map(), alike: new Map() }
