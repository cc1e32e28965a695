import type { Address } from './address.ts'
import type { Code } from './codes.ts'
import type { Place } from './diagnostic.ts'
import type { JsonObject } from './json.ts'
import type { Schedule } from './schedule.ts'

/** How to reconcile a spec, with defaults filled in. */
export type Policy = {
  /** A target named in jobwright.yaml. Missing: the default target. */
  readonly target?: string
  /** The run number, from 1. Raising it is the only way to run a job again. */
  readonly run: number
  /** Validate and plan, but do not submit. */
  readonly hold: boolean
  /** Whether a job with this ID that Jobwright did not create may be adopted. */
  readonly adopt: boolean
  /** IotJob: whether its job carries our mark as a tag. Missing: its target decides. */
  readonly ownerTag?: boolean
  /** Whether another spec may have the same request. */
  readonly allowIdentical: boolean
  /** IotJob: how many percent of the things may fail before the job counts as failed. */
  readonly maxFailedPercent: number
  /** What happens to an unfinished job when its spec is deleted. Missing: nothing. */
  readonly onRemove?: 'cancel'
  /** Jobs that must be terminal before this one is submitted. */
  readonly dependsOn?: readonly Dependency[]
  /** ISO time. Jobwright does not submit the job before it. */
  readonly notBefore?: string
  /** ISO time. Jobwright does not submit the job from then on. */
  readonly expires?: string
  /** The file that the job takes, as written: relative to the spec file. */
  readonly upload?: string
  /** Where to save the asset that the job exports, as written: relative to the spec file. */
  readonly download?: string
  /** When its runs are due. Missing: the job runs once. */
  readonly schedule?: Schedule
}

/** The file that a job takes, as it was when its spec was read. */
export type Upload = {
  /** Relative to the root, with forward slashes, as the spec names it. */
  readonly file: string
  /** Its absolute path, after following links. */
  readonly path: string
  readonly bytes: number
  /** When it was last written, in epoch milliseconds. */
  readonly modifiedMs: number
  /** MD5 in Base64, as in the request. */
  readonly md5: string
  /** The ID of its content as a Git blob, by SHA-1. */
  readonly blob?: string
  /** The MD5 of the same text with LF and with CRLF line ends. Missing if the file is not text. */
  readonly otherEnds?: { readonly lf: string; readonly crlf: string; readonly lfBlob: string }
}

/** Where to save the asset that a job exports. */
export type Download = {
  /** Relative to the root, with forward slashes. */
  readonly file: string
  /** The root's absolute path. Nothing outside it is written. */
  readonly root: string
  /** Whether a file was there when the spec was read. It is compared, never overwritten. */
  readonly isThere: boolean
}

/** A job that another one waits for. */
export type Dependency = { readonly job: Address; readonly when: 'succeeded' | 'finished' }

/** One YAML document that passed every check: the job that a user wants. */
export type Spec = {
  readonly address: Address
  readonly kind: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** The name under which this spec's job was submitted before a rename. */
  readonly formerly?: string
  readonly policy: Policy
  /**
   * The API request in AWS's member names, as written. `$file` is replaced by the file's content, and a manifest given
   * as text is parsed. `{ $env: NAME }` stays unresolved. Members about a call are dropped. It holds the job ID only if
   * the user wrote it.
   */
  readonly request: JsonObject
  /** With a schedule: the request before its `$text` and `$time` are replaced. `request` is then that of the first run. */
  readonly template?: JsonObject
  /** Present in one run of a spec with a schedule. */
  readonly occurrence?: Occurrence
  /** The schedule of the spec that a run comes from. */
  readonly cadence?: Schedule
  /** The file of `policy.upload`. Missing if there is none, or none now. */
  readonly upload?: Upload
  /** The place that `policy.download` names. */
  readonly download?: Download
  /**
   * All files of the request, relative to the root: the spec file and its `$file` texts. Also the file of
   * `policy.upload`, if Jobwright computes its MD5.
   */
  readonly files: readonly string[]
  /** Where the document begins, and its index in its file, from 0. */
  readonly place: Place
  readonly index: number
}

/** Which run of a spec with a schedule a spec describes. */
export type Occurrence = {
  /** The address of the spec with the schedule. */
  readonly series: Address
  /** When it is due, in words: `2026-12-07 03:00 Europe/Berlin`. */
  readonly due: string
  /** A later run succeeded, so a failure of this one needs nobody. */
  readonly isSettled: boolean
}

/** A document that has errors. It blocks its own address and nothing else. */
export type Blocked = {
  readonly address: Address
  readonly place: Place
  /** The codes of its diagnostics. */
  readonly codes: readonly Code[]
  /** The spec as far as it could be read, for comparison with a finished job. */
  readonly spec?: Spec
}
