import type { Address } from './address.ts'
import type { Attention } from './attention.ts'
import type { Condition } from './condition.ts'
import type { JsonObject } from './json.ts'

/** Where a job is: reads always go here, whatever a target's name means today. */
export type Site = {
  readonly partition: string
  readonly account: string
  readonly region: string
  /** Only where it is not AWS's own endpoint. */
  readonly endpoint?: string
}

/**
 * How sure the record is of its job: `intent` a create may be on its way; `settling` its outcome is unknown; `created` the ID is
 * known; `started` the job was told to begin (of kinds with a start step; all others begin when created and go from intent to started).
 */
export type RecordStage = 'intent' | 'settling' | 'created' | 'started'

/** Written before a create is sent; gone once its outcome is known. */
export type Intent = {
  /** Which attempt of this run it is, from 1. */
  readonly attempt: number
  /** ISO time at which it was made durable, by our clock. */
  readonly at: string
  /** ISO time after which its request is never sent. */
  readonly leaseUntil: string
  /** What a list is searched for, for kinds that AWS names (a manifest's generator, an S3 prefix). */
  readonly marker?: string
  /** While settling: ISO time from which absence may be believed; once it was given up, when that was said. */
  readonly until?: string
  /** While settling: ISO time of the first read that found nothing. */
  readonly absentSince?: string
  /** A person said that this attempt made no job. */
  readonly givenUp?: true
  /** What was seen of the attempt, in words: `response lost: socket hang up`. */
  readonly evidence?: string
  /** AWS's time when the intent was made durable, ISO: what was created before it is not this attempt's. Absent: AWS had not told its time. */
  readonly awsAt?: string
  /** The same of the first attempt of this run: a job that is not older may be an earlier attempt's. Absent: this is the first. */
  readonly firstAt?: string
  /** AWS said that the ID is taken. Without our mark the job is another owner's, and no plan adopts it. */
  readonly refused?: true
}

/** What tells a job from every other one that has, had or will have its ID: when AWS created it, as AWS told. */
export type Identity = { readonly createdAt: string; readonly source: 'answer' | 'read' }

/** A finished or superseded run of an address. */
export type PastRun = {
  readonly run: number
  /** Where it was, if that is elsewhere than where the address's job is now. */
  readonly site?: Site
  readonly id?: string
  readonly condition?: Condition
  readonly status?: string
  readonly finishedAt?: string
}

/** A file that was fetched from AWS. `file` is relative to the repository, `digest` is `sha256:` and hexadecimal digits. */
export type Downloaded = { readonly file: string; readonly bytes: number; readonly digest: string }

/** What every record holds. */
type RecordBase = {
  readonly run: number
  readonly site: Site
  readonly how: 'created' | 'adopted' | 'baseline'
  readonly arn?: string
  /** As written, canonical; strings over 1,024 characters are `{ "$digest": "sha256:…" }`, `$env` unresolved. */
  readonly request: JsonObject
  readonly condition?: Condition
  /** AWS's own status word. */
  readonly status?: string
  readonly counts?: Readonly<Record<string, number>>
  readonly createdAt?: string
  /** Absent while AWS has not told when it created the job. Never overwritten. */
  readonly identity?: Identity
  /** AWS's times between which it created the job, where the answer told none; gone once a read was compared with it. */
  readonly window?: { readonly from: string; readonly to: string }
  readonly startedAt?: string
  readonly finishedAt?: string
  /** MD5, in Base64, of the file that AWS took in for it. */
  readonly uploaded?: string
  /** The asset that it exported, as it was fetched. */
  readonly downloaded?: Downloaded
  readonly history?: readonly PastRun[]
  /** What its spec said should become of the unfinished job when the spec is deleted; absent: it is left alone. */
  readonly onRemove?: 'cancel'
  /** The spec is gone; ISO time at which that was seen. */
  readonly withdrawn?: string
  /** The service has forgotten the finished job. */
  readonly archived?: true
  /** The service does not know the unfinished job any more. */
  readonly lost?: true
  /** Jobwright cancelled it, because its spec or a person asked for that: its end is no failure. */
  readonly cancelled?: true
}

/** A create may be on its way, or its outcome is unknown. */
export type OpenRecord = RecordBase & {
  readonly stage: 'intent' | 'settling'
  readonly intent: Intent
  /** The ID that the create asked for, of kinds whose caller names the job. */
  readonly id?: string
}

/** The job exists, and waits for its start step. */
export type CreatedRecord = RecordBase & { readonly stage: 'created'; readonly intent?: undefined; readonly id: string }

/** The job began. Without an ID a person took it as done, and no job was looked at. */
export type StartedRecord = RecordBase & {
  readonly stage: 'started'
  readonly intent?: undefined
  readonly id?: string
}

/** The outcome of the create is known. */
export type SettledRecord = CreatedRecord | StartedRecord

/** The record of a job that AWS can be asked about. */
export type IdentifiedRecord = SettledRecord & { readonly id: string }

/** All that is known of one address. A record is never dropped while its spec exists, nor after. */
export type JobRecord = OpenRecord | SettledRecord

/** Whether the outcome of a record's create is known. */
export function isSettled(record: JobRecord): record is SettledRecord {
  return record.stage === 'created' || record.stage === 'started'
}

/** Whether a record names a job that exists. */
export function isIdentified(record: JobRecord | undefined): record is IdentifiedRecord {
  return record !== undefined && isSettled(record) && record.id !== undefined
}

/** What made the state: the commit whose specs were reconciled last. */
export type Source = {
  readonly commit: string
  /** A person said that this commit is the newest, although it does not contain the one that was reconciled before. */
  readonly replaced?: { readonly commit: string; readonly at: string }
}

/** When a person said whose a state is; `from` is the project that it named before. */
export type Claim = { readonly at: string; readonly from?: string }

/** The file of what we own. */
export type State = {
  readonly apiVersion: 'jobwright/v1'
  /** The oldest format version whose programs may write this file. */
  readonly minReader: number
  /** The ID it was born with. */
  readonly lineage: string
  /** Its write count. */
  readonly serial: number
  readonly source?: Source
  /** Folder of its jobwright.yaml, from the top of the Git repository; `.` at the top. Absent: not known yet. */
  readonly project?: string
  readonly claimed?: Claim
  readonly records: Readonly<Record<Address, JobRecord>>
  /** ISO time of its birth: jobs that are older are foreign, and never read for look-alikes. Absent: none is too old. */
  readonly horizon?: string
  /** Jobs that a person said are not ours: site, kind and ID as one text -> ISO time at which it was said. They are nobody's look-alike. */
  readonly foreign?: Readonly<Record<string, string>>
  /** `account/service` -> how many creates were sent on the named UTC day, for daily budgets. */
  readonly budgets?: Readonly<Record<string, { readonly day: string; readonly used: number }>>
  /** What needs a person, as runs noted it and persons acknowledged it. Absent: no run has noted anything yet. */
  readonly attention?: Attention
}

/**
 * One change of a state. A journal line holds it, but for `attention`: only commits write that, since older programs refuse a journal with
 * a change that they do not know. A record of null is an intent that was released: nothing was sent.
 */
export type Change =
  | { readonly set: 'record'; readonly address: Address; readonly record: JobRecord | null }
  | { readonly set: 'source'; readonly source: Source }
  | { readonly set: 'foreign'; readonly key: string; readonly at: string }
  | { readonly set: 'budget'; readonly key: string; readonly day: string; readonly used: number }
  | { readonly set: 'attention'; readonly attention: Attention }

/** The state after these changes, serial unchanged. */
export function applyChanges(state: State, changes: readonly Change[]): State {
  const records: Record<Address, JobRecord> = { ...state.records }
  let next: State = state
  for (const change of changes) {
    if (change.set === 'record') {
      if (change.record === null) delete records[change.address]
      else records[change.address] = change.record
    } else if (change.set === 'source') next = { ...next, source: change.source }
    else if (change.set === 'attention') next = { ...next, attention: change.attention }
    else if (change.set === 'foreign') next = { ...next, foreign: { ...next.foreign, [change.key]: change.at } }
    else next = { ...next, budgets: { ...next.budgets, [change.key]: { day: change.day, used: change.used } } }
  }
  return { ...next, records }
}

/** Returns the records of a state with their addresses. */
export function recordEntries(records: State['records'] = {}): [Address, JobRecord][] {
  return Object.entries(records) as [Address, JobRecord][]
}

/** A state with nothing in it. `horizon`: when it begins, an ISO time. */
export function emptyState(lineage: string, horizon?: string): State {
  return { apiVersion: 'jobwright/v1', minReader: 1, lineage, serial: 0, ...(horizon && { horizon }), records: {} }
}

/** One text for a site: two records share lanes, slots and IDs exactly if it is equal. */
export function getSiteKey(site: Site): string {
  return [site.partition, site.account, site.region, ...(site.endpoint ? [site.endpoint] : [])].join('/')
}

/** The state's key for the daily budget of a service in an account. */
export function getBudgetKey(site: Site, service: string): string {
  return `${site.account}/${service}`
}
