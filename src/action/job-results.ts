import type { CommittedSpec } from '../load/changed-documents.ts'
import type { Address } from '../model/address.ts'
import { isTerminal } from '../model/condition.ts'
import type { FindingDetail, JobLine, PlannedLine } from '../report/json-lines.ts'
import type { JobResult } from '../report/markdown/result-markdown.ts'
import { CONDITION_WORDS } from '../report/words.ts'

/** A spec that a pull request changed. */
export type ChangedSpec = {
  readonly address: Address
  /** As it was merged. Undefined: the pull request removed it. */
  readonly merged: CommittedSpec | undefined
  /** The commit that changed or removed it since, or brought it back. */
  readonly later: string | undefined
}

/** What is known of an address now. */
export type Known = {
  readonly planned: PlannedLine | undefined
  readonly job: JobLine | undefined
  /** What needs a person and is not acknowledged. */
  readonly findings: readonly (FindingDetail & { readonly message: string })[]
}

/** Chooses what to say about a job of a merged pull request. The links are added later. */
export function judgeResult({ address, merged, later }: ChangedSpec, known: Known): JobResult {
  const { planned, job } = known
  const base = { address, consoleUrl: planned?.consoleUrl }
  if (merged === undefined) return { ...base, ...judgeRemoved(known, later !== undefined) }
  if (merged.isSeries) return { ...base, words: 'it repeats by a schedule', hasEnded: true }
  const own = job?.run === merged.run ? job : undefined
  const stuck = known.findings.find(({ kind }) => STUCK.has(kind))
  if (own && !(stuck && later === undefined)) return { ...base, ...judgeJob(own, known) }
  if (later !== undefined) {
    const isFollowed = job !== undefined && job.run > merged.run
    return { ...base, words: isFollowed ? `run ${job.run} followed` : 'not submitted', hasEnded: true }
  }
  if (stuck) return { ...base, ...describeJob(own), words: `${stuck.kind}: ${stuck.message}`, hasEnded: false }
  if (planned === undefined) return { ...base, words: 'not submitted yet', hasEnded: false }
  const { action, reason } = planned
  // A conflict without an open finding is acknowledged.
  const hasEnded = action === 'conflict' || action === 'expired' || ACKNOWLEDGED.test(reason)
  return { ...base, words: action === 'create' ? 'not submitted yet' : `${action}: ${reason}`, hasEnded }
}

/** Findings about what was merged, whatever its job does. */
const STUCK: ReadonlySet<string> = new Set<FindingDetail['kind']>(['conflict', 'unresolved', 'expired', 'blocked'])
/** How the reason of an acknowledged line ends. */
const ACKNOWLEDGED = /; acknowledged \d{4}-\d\d-\d\d \d\d:\d\d UTC$/

type Judged = Omit<JobResult, 'address'>

function judgeJob(job: JobLine, { planned, findings }: Known): Judged {
  const { condition, record, id } = job
  // AWS never says more about a job that it no longer knows.
  if (findings.some(({ kind }) => kind === 'lost'))
    return { ...describeJob(job), words: 'lost: AWS no longer knows it', hasEnded: true }
  const isIdle = planned?.action === 'keep'
  if (condition === undefined && id === undefined && isIdle) return { words: 'taken as done', hasEnded: true }
  const words = condition === undefined ? record : CONDITION_WORDS[condition]
  // A finished job may still have a file to give.
  const hasEnded = condition !== undefined && isTerminal({ type: condition }) && planned?.action !== 'download'
  return { ...describeJob(job), words, hasEnded }
}

function describeJob(job: JobLine | undefined): Pick<JobResult, 'id' | 'condition' | 'status'> {
  const { id, condition, status, reason } = job ?? {}
  const said = [status, reason].filter((one) => one !== undefined).join(', ')
  return { id, condition, ...(said !== '' && { status: said }) }
}

/** Its job is followed until it is withdrawn. */
function judgeRemoved({ planned, job }: Known, isBack: boolean): Judged {
  const isWithdrawn = isBack || planned === undefined || planned.action === 'keep'
  return { ...describeJob(job), words: isWithdrawn ? 'removed' : `removed: ${planned.reason}`, hasEnded: isWithdrawn }
}
