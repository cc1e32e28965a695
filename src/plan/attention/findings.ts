import { type Address, parseAddress } from '../../model/address.ts'
import {
  type Attention,
  type Finding,
  type FindingKind,
  findNote,
  type NotedFinding,
  readDuplicateId,
} from '../../model/attention.ts'
import { CANCEL_REASON } from '../../model/cancel-reason.ts'
import { CODES, type PlanCode } from '../../model/codes.ts'
import { isTerminal } from '../../model/condition.ts'
import { digest } from '../../model/digest.ts'
import { canonicalise, type Json } from '../../model/json.ts'
import { getChanges, type Planned, type PlannedStop } from '../../model/plan.ts'
import { advise, type Remedy, suggest } from '../../model/remedy.ts'
import type { Policy } from '../../model/spec.ts'
import { isSettled, type JobRecord, type State } from '../../model/state.ts'
import { formatMinute } from '../context.ts'
import type { PlanInput } from '../input.ts'
import { findConsoleUrl } from '../previews.ts'
import { listFailures } from './failures.ts'

/** The inputs of findings, besides the lines of a plan. */
export type AttentionInput = Pick<PlanInput, 'blocked' | 'rules' | 'state' | 'modelOf'>

/** Conflicts that only a read from AWS shows. An offline plan takes them from the notes of the last run. */
const SHOWN_BY_AWS: ReadonlySet<string> = new Set<PlanCode>([
  'PLAN_FOREIGN',
  'PLAN_ADOPT_DIFFERS',
  'PLAN_ID_TAKEN',
  'PLAN_LOOKALIKE',
  'PLAN_FORMER_LOST',
  'PLAN_ID_USED',
])

/** Returns everything in the lines of a plan that needs a person, in plan order, including acknowledged findings. */
export function findAttention(input: AttentionInput, lines: readonly Planned[]): Finding[] {
  const blocked = new Map(input.blocked.map(({ address, spec }) => [address, spec?.policy]))
  return lines.flatMap((planned) => {
    const facts = readFacts(planned, blocked.get(planned.address))
    const drafts = [
      ...draftFromLine(planned, facts),
      ...draftFromRecord(planned, facts, input),
      ...draftFromNotes(input, planned, facts),
    ]
    if (drafts.length === 0) return []
    const consoleUrl = findConsole(planned, facts, input)
    return drafts.map((draft) => ({ ...finish(input.state?.attention, planned, draft), consoleUrl }))
  })
}

/** Returns where the console shows the recorded job. */
function findConsole({ address }: Planned, { record }: Facts, { modelOf }: AttentionInput): string | undefined {
  return record && findConsoleUrl(modelOf(parseAddress(address).kind), record.site, record.request)
}

/** Adds acknowledgements to lines. An acknowledged line asks for nothing any more. */
export function addAcknowledgements(lines: readonly Planned[], findings: readonly Finding[]): readonly Planned[] {
  const ofLines = findings.filter(({ isOfLine, acknowledged }) => isOfLine && acknowledged !== undefined)
  if (ofLines.length === 0) return lines
  const acknowledgedAt = new Map(ofLines.map(({ address, acknowledged }) => [address, acknowledged]))
  return lines.map((planned) => {
    const acknowledged = acknowledgedAt.get(planned.address)
    if (acknowledged === undefined) return planned
    return {
      ...planned,
      reason: `${planned.reason}; acknowledged ${formatMinute(acknowledged)}`,
      remedies: [],
      acknowledged,
    }
  })
}

/** A finding before it is compared with the state. */
export type Draft = {
  readonly kind: FindingKind
  readonly run: number
  readonly finding: string
  readonly code: PlanCode
  readonly reason: string
  readonly remedies: readonly Remedy[]
  readonly isOfLine: boolean
  readonly root?: Address
}

/** The facts of an address that decide its findings. */
export type Facts = {
  /** The run that the spec asks for. Without a spec, that of the record. */
  readonly wanted: number
  /** The record as this plan leaves it. */
  readonly record: JobRecord | undefined
}

/**
 * Reads the facts of an address from its line. `blockedPolicy`: the policy of a spec with errors, which the line does
 * not have.
 */
export function readFacts(planned: Planned, blockedPolicy: Policy | undefined): Facts {
  const record = planned.next ?? planned.record
  return { wanted: planned.spec?.policy.run ?? blockedPolicy?.run ?? record?.run ?? 1, record }
}

/** Adds to a draft what the state knows of it. */
export function finish(
  attention: Attention | undefined,
  { address, spec }: Pick<Planned, 'address' | 'spec'>,
  draft: Draft,
): Finding {
  const noted = findNote(attention, { address, ...draft })
  const remedies = [...draft.remedies, suggest('to leave it as it is', 'acknowledge', address)]
  return {
    address,
    ...draft,
    remedies,
    place: spec?.place,
    isKnown: noted !== undefined,
    acknowledged: noted?.acknowledged,
  }
}

/** What the line itself says. */
function draftFromLine(planned: Planned, { wanted, record }: Facts): Draft[] {
  const { action, code, reason, remedies = [] } = planned
  const base = { run: wanted, reason, remedies, isOfLine: true }
  switch (action) {
    case 'conflict':
      return [{ ...base, kind: 'conflict', finding: nameConflict(planned), code: code ?? 'PLAN_CONFLICT' }]
    case 'unresolved': {
      const finding = nameUnresolved(record)
      return [{ ...base, kind: 'unresolved', run: record?.run ?? wanted, finding, code: code ?? 'PLAN_UNRESOLVED' }]
    }
    case 'expired':
      return [{ ...base, kind: 'expired', finding: nameExpired(planned), code: 'PLAN_EXPIRED' }]
    case 'blocked':
      return draftFromBlocked(planned, base)
    default:
      return []
  }
}

/** Blocked for good: only a person can resolve the root. Specs with errors are reported elsewhere. */
function draftFromBlocked({ code, root }: PlannedStop, base: Omit<Draft, 'kind' | 'finding' | 'code'>): Draft[] {
  if (root === undefined || code === undefined || !root.needsPerson) return []
  return [{ ...base, kind: 'blocked', root: root.address, finding: `blocked:${root.address}:${root.run}`, code }]
}

/** Findings of the record, whatever is planned. A higher run or a removed spec settles them. */
function draftFromRecord(planned: Planned, { wanted, record }: Facts, { modelOf }: AttentionInput): Draft[] {
  if (!record || isRemoved(planned, record) || !isSettled(record) || record.run < wanted) return []
  const base = { run: record.run, isOfLine: false }
  const { occurrence } = planned.spec ?? {}
  const rerun = occurrence
    ? suggest('to run it once more, outside the schedule', 'rerun', occurrence.series)
    : suggest('to run it again (this raises policy.run)', 'rerun', planned.address)
  if (record.lost)
    return [
      {
        ...base,
        kind: 'lost',
        finding: 'lost',
        code: 'PLAN_LOST',
        reason: 'AWS no longer knows this unfinished job; Jobwright does not create it again',
        remedies: [rerun],
      },
    ]
  // The next success of a spec with a schedule settles its failures.
  if (!hasFailed(record) || occurrence?.isSettled) return []
  return [
    {
      ...base,
      kind: 'failed',
      finding: 'failed',
      code: 'PLAN_FAILED',
      reason: describeFailure(record),
      remedies: [...listFailures(modelOf(parseAddress(planned.address).kind), record), rerun],
    },
  ]
}

/** Returns whether a job ended in a way that nobody asked Jobwright for. */
export function hasFailed({ condition, cancelled }: JobRecord): boolean {
  if (condition?.type === 'Failed') return true
  return condition?.type === 'Cancelled' && !cancelled && condition.reason !== CANCEL_REASON
}

function describeFailure({ condition, finishedAt, id }: JobRecord): string {
  const what = condition?.type === 'Failed' ? 'failed' : 'was cancelled outside Jobwright'
  const when = finishedAt === undefined ? '' : ` ${formatMinute(finishedAt)}`
  const why = condition?.reason === undefined ? '' : ` (${condition.reason})`
  return `its job${id === undefined ? '' : ` ${id}`} ${what}${when}${why}`
}

/** Findings that only an earlier run knows: duplicates, and offline also what only AWS shows. */
function draftFromNotes({ state, rules }: AttentionInput, planned: Planned, { wanted, record }: Facts): Draft[] {
  if (isRemoved(planned, record)) return []
  return (state?.attention?.[planned.address] ?? []).flatMap((noted): Draft[] => {
    const { run, finding } = noted
    if (run < wanted) return []
    if (isExcused(state, planned.address, noted)) return []
    const id = readDuplicateId(finding)
    if (id !== undefined) return record?.run === run ? [draftDuplicate(planned.address, noted, id, record.id)] : []
    return rules.offline ? draftFromLastRun(noted, planned, record) : []
  })
}

/** What the last run found in AWS, unless a record has settled it since. */
function draftFromLastRun({ run, finding }: NotedFinding, planned: Planned, record: JobRecord | undefined): Draft[] {
  const [kind, name = '', id] = finding.split(':')
  const code = kind === 'unresolved' ? 'PLAN_UNRESOLVED' : (name as PlanCode)
  const isOnRecord = record !== undefined && isSettled(record) && record.run >= run
  const isUnresolved = kind === 'unresolved' && !isOnRecord && finding === nameUnresolved(record)
  const isElsewhere = finding.endsWith(TARGET) && record !== undefined && !isTerminal(record.condition)
  const isShownByAws = SHOWN_BY_AWS.has(name) && !isOnRecord && planned.action !== 'conflict'
  const isFile = name === 'PLAN_FILE_DIFFERS' && planned.action === 'download'
  if (!isUnresolved && !(kind === 'conflict' && (isElsewhere || isShownByAws || isFile))) return []
  return [
    {
      kind: isUnresolved ? 'unresolved' : 'conflict',
      run,
      finding,
      code,
      reason: `${CODES[code].means}${isUnresolved || id === undefined ? '' : ` (${id})`}, according to the last run`,
      remedies: [suggest('show its ways out', 'plan', '--only', planned.address)],
      isOfLine: false,
    },
  ]
}

/** Returns whether a person called the job of a finding foreign. The IDs of such jobs are unique at every site. */
export function isExcused(state: State | undefined, address: Address, { finding }: NotedFinding): boolean {
  const id = readDuplicateId(finding) ?? /^conflict:\w+:([^:]+)/.exec(finding)?.[1]
  return id !== undefined && indexForeignJobs(state?.foreign ?? {}).has(`${parseAddress(address).kind} ${id}`)
}

const known = new WeakMap<object, ReadonlySet<string>>()

/** Kind and ID of each foreign job, at any site. Indexed once per state: a foreign script may create thousands. */
function indexForeignJobs(foreign: NonNullable<State['foreign']>): ReadonlySet<string> {
  const jobs =
    known.get(foreign) ??
    new Set(
      Object.keys(foreign).map((key) => `${key.slice(0, key.indexOf(' '))} ${key.slice(key.lastIndexOf(' ') + 1)}`),
    )
  known.set(foreign, jobs)
  return jobs
}

/** Drafts the finding that a job duplicates the recorded one. `own`: the ID of the recorded job. */
export function draftDuplicate(
  address: Address,
  { run, finding }: NotedFinding,
  id: string,
  own: string | undefined,
): Draft {
  return {
    kind: 'duplicate',
    run,
    finding,
    code: 'PLAN_TWIN',
    reason: `job ${id} is not on record, and may duplicate the recorded job${own === undefined ? '' : ` ${own}`}`,
    remedies: [
      advise('a proxy may have sent the create twice; end the unwanted job in AWS, if AWS can stop it'),
      suggest('if somebody else created it', 'resolve', address, '--foreign', id),
    ],
    isOfLine: false,
  }
}

function isRemoved(planned: Planned, record: JobRecord | undefined): boolean {
  if (record?.withdrawn !== undefined || planned.action === 'forget') return true
  return planned.action === 'cancel' && planned.withdraws
}

/**
 * Names a conflict by its job and its edits. It uses the words of the reason, or their key, only if there is no job. A
 * target that leads elsewhere gets its own suffix, since an offline plan cannot detect it.
 */
function nameConflict(planned: PlannedStop): string {
  const { code = 'PLAN_CONFLICT', id, reason, findingKey = reason } = planned
  const changes = getChanges(planned) ?? []
  const edits = changes.filter(({ pointer }) => pointer !== '/policy/target')
  const edited = edits.length === 0 ? '' : `:${shortenDigest(canonicalise(edits as unknown as Json))}`
  return `conflict:${code}:${id ?? shortenDigest(findingKey)}${edited}${edits.length < changes.length ? TARGET : ''}`
}

/** The suffix of a conflict whose target leads elsewhere than its job. */
const TARGET = ':target'

function nameUnresolved(record: JobRecord | undefined): string {
  return `unresolved:${record?.intent?.attempt ?? 1}`
}

/** New times, or another request, make a new finding if they have expired too. */
function nameExpired({ spec }: Planned): string {
  const { request = {}, policy } = spec ?? {}
  return `expired:${shortenDigest(canonicalise([request, policy?.notBefore ?? null, policy?.expires ?? null]))}`
}

function shortenDigest(text: string): string {
  return digest(text).slice('sha256:'.length, 'sha256:'.length + 12)
}
