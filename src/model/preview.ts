import type { Json, JsonObject, Pointer } from './json.ts'

/** A member of a request that matters to a reviewer, as its kind declares it. */
export type ShownMember = { readonly pointer: Pointer; readonly value: Json }

/** What an action is about: the account and region of the job, its request, and its deadline. */
export type Preview = {
  /** The name of the target in jobwright.yaml. */
  readonly target?: string
  readonly account?: string
  readonly region?: string
  /** Where AWS's console shows the job, or the jobs of its kind. Missing: there is no console. */
  readonly consoleUrl?: string
  /** The run number that the action is about. */
  readonly run?: number
  /** ISO time from which the action is no longer possible. */
  readonly goodUntil?: string
  /** The members of the request that matter, in the order of the kind. Secrets are `{ "$env": NAME }`. */
  readonly members?: readonly ShownMember[]
  /**
   * The whole request, in AWS's member names, as it is sent. Secrets are `{ "$env": NAME }`. If the spec was removed, it
   * comes from the record: long texts are `{ "$digest": "sha256:…" }`.
   */
  readonly request?: JsonObject
}
