import type { Address } from './address.ts'
import type { AwsProblem } from './aws-problem.ts'
import type { Live } from './live.ts'
import type { Site } from './state.ts'

/** One thing that a plan has to know from AWS. */
export type Need = {
  readonly address: Address
  readonly kind: string
  readonly site: Site
  /** Read the job of this ID; absent: list the jobs that an unknown create may have left. */
  readonly id?: string
  readonly scope?: string
  /** The definition is compared as well, not the status alone. */
  readonly definition?: boolean
  /** What the job says of its owner is read as well. */
  readonly mark?: boolean
  /** The job is on record: that a list does not show it proves nothing. */
  readonly known?: boolean
  /** For lists: ISO time; jobs created before it do not matter. */
  readonly since?: string
  /** For lists: of where the spec goes by now, beside that of where its unknown create went. */
  readonly elsewhere?: true
}

/** What was seen of a job. `failed`: AWS did not answer, or refused to; nothing is known. */
export type Sighting =
  | { readonly is: 'live'; readonly live: Live }
  | { readonly is: 'absent' }
  | { readonly is: 'failed'; readonly problem: AwsProblem }

/** The jobs that a list showed. */
export type Lookalikes =
  | { readonly is: 'listed'; readonly jobs: readonly Live[] }
  | { readonly is: 'failed'; readonly problem: AwsProblem }

/** All that was read for one plan. An address that is in neither map was not asked about. */
export type Observed = {
  readonly jobs: ReadonlyMap<Address, Sighting>
  readonly alike: ReadonlyMap<Address, Lookalikes>
  /** The lists that were asked for as being elsewhere. */
  readonly elsewhere?: ReadonlyMap<Address, Lookalikes>
}

export const NOTHING_OBSERVED: Observed = { jobs: new Map(), alike: new Map() }
