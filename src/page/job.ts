import { type FindingKind, URGENCY } from '../model/attention.ts'
import { CANCEL_REASON } from '../model/cancel-reason.ts'
import type { AttentionLine } from '../model/lines.ts'
import type { JobRow, PlannedRow } from '../model/page.ts'
import type { Data } from './data.ts'

/**
 * What a job's row shows: its condition. Without a condition, its stage. Without a record, its action. `waiting`: for a known time, whoever
 * starts it then. `queued`: for another job.
 */
export type Standing =
  | 'Succeeded'
  | 'Failed'
  | 'InProgress'
  | 'Pending'
  | 'Cancelled'
  | 'Unknown'
  | 'settling'
  | 'created'
  | 'new'
  | 'waiting'
  | 'queued'
  | 'held'
  | 'blocked'
  | 'expired'
  | 'conflict'
  | 'unresolved'

/** An address: its record, its planned action, and what needs a person about it. */
export type Job = {
  readonly address: string
  readonly kind: string
  readonly name: string
  readonly standing: Standing
  readonly run: number
  readonly target: string | undefined
  readonly labels: readonly string[]
  readonly file: string | undefined
  readonly line: number | undefined
  readonly job: JobRow | undefined
  readonly planned: PlannedRow | undefined
  /** What nobody has acknowledged, and what somebody has. */
  readonly attention: readonly AttentionLine[]
  readonly acknowledged: readonly AttentionLine[]
  readonly began: string | undefined
  readonly ended: string | undefined
}

/** Lists every address of a report, in the order of the specs. */
export function listJobs(data: Data): Job[] {
  const attention = new Map<string, AttentionLine[]>()
  for (const line of data.lines) {
    if (line.type !== 'attention') continue
    attention.set(line.address, [...(attention.get(line.address) ?? []), line])
  }
  const addresses = new Set([...data.jobs.keys(), ...data.planned.keys(), ...attention.keys()])
  return [...addresses].map((address) =>
    createJob(address, data.jobs.get(address), data.planned.get(address), attention.get(address) ?? []),
  )
}

function createJob(
  address: string,
  job: JobRow | undefined,
  planned: PlannedRow | undefined,
  findings: readonly AttentionLine[],
): Job {
  const slash = address.indexOf('/')
  return {
    address,
    kind: address.slice(0, slash),
    name: address.slice(slash + 1),
    standing: findStanding(job, planned),
    run: job?.run ?? planned?.run ?? 1,
    target: job?.target ?? planned?.target,
    labels: Object.entries(job?.labels ?? planned?.labels ?? {}).map(([name, value]) => `${name}=${value}`),
    file: job?.file ?? planned?.file,
    line: job?.line ?? planned?.line,
    job,
    planned,
    attention: findings.filter(({ acknowledged }) => acknowledged === undefined),
    acknowledged: findings.filter(({ acknowledged }) => acknowledged !== undefined),
    began: job?.startedAt ?? job?.createdAt,
    ended: job?.finishedAt,
  }
}

/** Actions that stop a job that nothing was submitted for. */
const STOPS: ReadonlySet<string> = new Set([
  'waiting',
  'held',
  'blocked',
  'expired',
  'conflict',
  'unresolved',
  'settling',
])

function findStanding(job: JobRow | undefined, planned: PlannedRow | undefined): Standing {
  const isTimed = (planned?.until ?? job?.startsAt) !== undefined
  if (planned && STOPS.has(planned.action) && (job === undefined || job.condition === undefined))
    return planned.action === 'waiting' && !isTimed ? 'queued' : (planned.action as Standing)
  if (job?.condition === 'Pending' && isTimed) return 'waiting'
  if (job?.condition !== undefined) return job.condition
  if (job) return job.record === 'created' ? 'created' : job.record === 'started' ? 'Unknown' : 'settling'
  return 'new'
}

/** Returns whether a job runs: AWS works on it. */
export function isRunning({ standing }: Job): boolean {
  return standing === 'InProgress'
}

const WAITS: ReadonlySet<Standing> = new Set<Standing>([
  'Pending',
  'settling',
  'created',
  'new',
  'waiting',
  'queued',
  'held',
  'blocked',
])

/** Returns whether a job waits for something, and goes on by itself or with the next reconcile. */
export function isWaiting({ standing }: Job): boolean {
  return WAITS.has(standing)
}

/** Actions with which a reconcile changes a job. */
const CHANGING: ReadonlySet<string> = new Set(['create', 'upload', 'start', 'download', 'update', 'cancel', 'forget'])

/** Returns whether the next reconcile changes a job. */
export function isChanging({ planned }: Job): boolean {
  return planned !== undefined && CHANGING.has(planned.action)
}

/** Says that a job needs a person, or what the next reconcile does to it. */
export function describeNote(job: Job): string | undefined {
  if (job.attention.length > 0) return 'needs a person'
  if (job.acknowledged.length > 0) return 'acknowledged'
  return job.job?.condition && isChanging(job) ? `then ${job.planned!.action}` : undefined
}

/** What ends the wait of a job. */
export type WaitsFor = 'time' | 'reconcile' | 'person' | 'other'

/** What ends the wait of each standing. So the totals and the sections of Now have the same counts. */
const ENDS: Readonly<Partial<Record<Standing, WaitsFor>>> = { waiting: 'time', blocked: 'person', held: 'person' }

/** Returns what the job waits for: a known time, the next reconcile, a person, another job, or AWS. */
export function getWaitsFor(job: Job): WaitsFor {
  return ENDS[job.standing] ?? (isChanging(job) ? 'reconcile' : 'other')
}

/** Says until when a job waits whose time is not known. */
export function explainOpenWait(job: Job): string {
  const ends = getWaitsFor(job)
  if (ends === 'reconcile') return 'the next reconcile'
  if (ends === 'person') return 'not by itself'
  if (job.standing === 'queued') return 'the end of that job'
  if (job.standing === 'Pending') return 'AWS begins it, and gives no time'
  return 'no time is known'
}

/** Orders jobs that need a person: the most urgent first, then the latest. */
export function compareUrgency(a: Job, b: Job): number {
  const rank = ({ attention }: Job): number => Math.min(...attention.map(({ kind }) => URGENCY.indexOf(kind)))
  const time = ({ ended, attention }: Job): string => ended ?? attention[0]?.seen ?? ''
  return rank(a) - rank(b) || (time(a) < time(b) ? 1 : -1)
}

/** Returns whether a job ended without success. */
export function isBadEnd({ standing }: Pick<Job, 'standing'>): boolean {
  return standing === 'Failed' || standing === 'Cancelled'
}

/** Orders jobs that ended: those without success first, then the latest. */
export function compareEnds(a: Job, b: Job): number {
  return Number(isBadEnd(b)) - Number(isBadEnd(a)) || (a.ended! < b.ended! ? 1 : -1)
}

/** Returns whether the condition of a job already says what a finding is about. */
export function isInStanding(kind: FindingKind, job: Job): boolean {
  return kind === job.standing.toLowerCase() || (kind === 'failed' && isBadEnd(job))
}

/** Returns whether AWS has the job and starts it at a known time. A plan has no action for it. */
export function isAtAws({ standing, planned }: Job): boolean {
  return standing === 'waiting' && planned?.action !== 'waiting'
}

/** Returns the ISO time until which a job waits, if it is known. */
export function getWaitEnd({ job, planned }: Job): string | undefined {
  return planned?.until ?? job?.startsAt
}

/** The deadline in a reason. A page shows it by itself. */
const DEADLINE = /; can be submitted until \d{4}-\d\d-\d\d \d\d:\d\d UTC$/

/** Says why a plan does what it does. */
export function explainPlan({ reason, until = '' }: Pick<PlannedRow, 'reason' | 'until'>): string {
  // The page shows until when the job waits beside its reason.
  const next = `next run ${until.slice(0, 16).replace('T', ' ')} UTC`
  return reason.replace(DEADLINE, '').replace(next, 'next run')
}

/** The candidates of a create in a reason. Where there are several, the ways out name each of them. */
const CANDIDATES = /(one of \d+ jobs, and nothing shows which): .*$/s

/** Says what needs a person. */
export function explainFinding({ reason }: Pick<AttentionLine, 'reason'>): string {
  return reason.replace(CANDIDATES, '$1')
}

/** Conditions that a plan explains better than the job's own reason. */
const EXPLAINED: ReadonlySet<string | undefined> = new Set([undefined, 'InProgress', 'Pending'])

/** Says in one sentence why a job stands where it stands. Empty for a job that succeeded. */
export function explainStanding(job: Job): string {
  const { job: own, planned, standing } = job
  if (planned && EXPLAINED.has(own?.condition)) return explainPlan(planned)
  if (own?.startsAt && standing === 'waiting') return 'AWS starts it then'
  if (own === undefined || standing === 'Succeeded') return ''
  return explainEnd(own) || (standing === 'Pending' ? 'AWS has it, has not begun it, and says no more' : '')
}

/** What IoT jobs count, in AWS's word. The counts beside it call them devices. */
const THINGS = /^(\d+ of \d+) things did not succeed$/

/**
 * Says why a job ended as it did: AWS's message, and its word for the reason. Empty if AWS said nothing. A message that
 * only repeats the status says nothing.
 */
export function explainEnd({ message: said, reason, status, condition }: JobRow): string {
  const message = said === `The job is ${status}.` ? undefined : said?.replace(THINGS, '$1 devices did not succeed')
  if (reason === undefined) return message ?? ''
  if (message !== undefined) return message.includes(reason) ? message : `${message} (${reason})`
  const isOfAws = condition !== undefined && isBadEnd({ standing: condition }) && reason !== CANCEL_REASON
  return isOfAws ? `${reason} (AWS gives no other reason)` : reason
}

/** The time that ends the name of a run of a schedule. */
const OCCURRENCE = /^-\d{12}$/

/** Lists the runs of a schedule, the latest first. Any other job has none. */
export function listOccurrences(all: readonly Job[], { address }: Pick<Job, 'address'>): Job[] {
  return all
    .filter((one) => one.address.startsWith(address) && OCCURRENCE.test(one.address.slice(address.length)))
    .sort((a, b) => (a.address < b.address ? 1 : -1))
}
