import { AwsError } from '../aws/aws-error.ts'
import type { AwsProblem } from '../model/aws-problem.ts'
import type { KindModel } from '../model/kind.ts'
import type { Need } from '../model/observed.ts'
import type { Site } from '../model/state.ts'

/** Needs that one list can answer together. */
export type Group = {
  readonly model: KindModel
  readonly site: Site
  readonly scope?: string
  readonly needs: readonly Need[]
}

/** Returns the problem that a reader threw. Rethrows anything else: a bug or an interrupt. */
export function unwrapProblem(error: unknown): AwsProblem {
  if (error instanceof AwsError) return error.problem
  throw error
}
