import type { Address } from './address.ts'
import type { Code } from './codes.ts'
import type { Place } from './diagnostic.ts'
import type { JsonObject } from './json.ts'

/** How a spec is to be reconciled, defaults filled in. */
export type Policy = {
  /** A target named in jobwright.yaml; absent: the default target. */
  readonly target?: string
  /** The generation: raising it is the only way to run a job again. From 1. */
  readonly run: number
  /** Validated and planned, not submitted. */
  readonly hold: boolean
  /** A job with this ID that we did not make may be taken over. */
  readonly adopt: boolean
  /** IotJob: whether its job carries our mark as a tag; absent: as its target says. */
  readonly ownerTag?: boolean
  /** Two specs may carry the same request. */
  readonly allowIdentical: boolean
  /** IotJob: how many percent of the things may fail in a job that still counts as a success. */
  readonly maxFailedPercent: number
  /** What becomes of an unfinished job when its spec is deleted; absent: it is left alone. */
  readonly onRemove?: 'cancel'
  /** Jobs that have to be over before this one is submitted. */
  readonly dependsOn?: readonly Dependency[]
  /** ISO time before which it is not submitted. */
  readonly notBefore?: string
  /** ISO time from which it is not submitted any more. */
  readonly expires?: string
  /** The file that the job takes in, as written: relative to the spec file. */
  readonly upload?: string
  /** Where the asset that the job exports is put, as written: relative to the spec file. */
  readonly download?: string
}

/** The file that a job takes in, as it was when its spec was read. */
export type Upload = {
  /** Relative to the root, with forward slashes, as the spec leads to it. */
  readonly file: string
  /** Its absolute path, after following links. */
  readonly path: string
  readonly bytes: number
  /** When it was last written, in epoch milliseconds. */
  readonly modifiedMs: number
  /** MD5 in Base64, as the request has it. */
  readonly md5: string
  /** The ID of its content as a Git blob, by SHA-1. */
  readonly blob?: string
  /** MD5 of the same text with line feeds alone, and with a carriage return before each; absent where it is no text. */
  readonly otherEnds?: { readonly lf: string; readonly crlf: string; readonly lfBlob: string }
}

/** Where the asset that a job exports is put. */
export type Download = {
  /** Relative to the root, with forward slashes. */
  readonly file: string
  /** The root's absolute path: nothing outside of it is written. */
  readonly root: string
  /** Whether something was there when the spec was read: it is compared with, never overwritten. */
  readonly isThere: boolean
}

/** A job that another one waits for. */
export type Dependency = { readonly job: Address; readonly when: 'succeeded' | 'finished' }

/** One YAML document that passed every check: what a user wants a job to be. */
export type Spec = {
  readonly address: Address
  readonly kind: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** The name under which this spec's job was submitted before a rename. */
  readonly formerly?: string
  readonly policy: Policy
  /**
   * The API request in AWS's member names, as written: `$file` replaced by the file's content, a manifest given as text parsed,
   * `{ $env: NAME }` unresolved, members that are about a call dropped. The job ID is in it only where the user wrote it.
   */
  readonly request: JsonObject
  /** The file of `policy.upload`; absent where there is none, or none at the moment. */
  readonly upload?: Upload
  /** Where `policy.download` leads. */
  readonly download?: Download
  /**
   * All files that the request is made of, relative to the root: the spec file, those that it takes in with `$file`, and the file of
   * `policy.upload` where its MD5 is computed.
   */
  readonly files: readonly string[]
  /** Where the document begins, and which document of its file it is (from 0). */
  readonly place: Place
  readonly index: number
}

/** A document that has errors. It blocks its own address and nothing else. */
export type Blocked = {
  readonly address: Address
  readonly place: Place
  /** The codes of its diagnostics. */
  readonly codes: readonly Code[]
  /** The spec as far as it could be read, for comparing it with a finished job. */
  readonly spec?: Spec
}
