import type { Address } from './address.ts'
import type { Attention } from './attention.ts'
import type { Condition } from './condition.ts'
import type { StateConfig } from './config.ts'
import type { JsonObject } from './json.ts'
import type { Series } from './series.ts'

/** Where a job is. Reads always go here, whatever a target's name means today. */
export type Site = {
  readonly partition: string
  readonly account: string
  readonly region: string
  /** Only if it is not AWS's own endpoint. */
  readonly endpoint?: string
}

/**
 * What the record knows of its job. `intent`: a create may be in flight. `settling`: its outcome is unknown. `created`:
 * the ID is known. `started`: the job was started; kinds without a start step skip `created`.
 */
export type RecordStage = 'intent' | 'settling' | 'created' | 'started'

/** Written before a create is sent; removed once its outcome is known. */
export type Intent = {
  /** Which attempt of this run it is, from 1. */
  readonly attempt: number
  /** ISO time at which it became durable, by our clock. */
  readonly at: string
  /** ISO time after which its request is never sent. */
  readonly leaseUntil: string
  /** The marker to find in a list, for kinds that AWS names (a manifest's generator, an S3 prefix). */
  readonly marker?: string
  /** While settling: ISO time from which absence proves something. Once a person gave it up: when. */
  readonly until?: string
  /** While settling: ISO time of the first read that found no job. */
  readonly absentSince?: string
  /** A person said that this attempt created no job. */
  readonly givenUp?: true
  /** What is known about the attempt, in words: `response lost: socket hang up`. */
  readonly evidence?: string
  /**
   * AWS's ISO time when the intent became durable. A job created earlier is not this attempt's. Missing: AWS's time was
   * not known.
   */
  readonly awsAt?: string
  /**
   * `awsAt` of the first attempt of this run. A job created since then may belong to an earlier attempt. Missing: this
   * is the first.
   */
  readonly firstAt?: string
  /** AWS said that the ID is taken. Without our mark the job has another owner, and no plan adopts it. */
  readonly refused?: true
}

/** What distinguishes a job from every other job with its ID, past or future: its creation time, as AWS returned it. */
export type Identity = { readonly createdAt: string; readonly source: 'answer' | 'read' }

/** When the steps of one create happened, as ISO times by our clock. Records of earlier versions lack them. */
export type CreateTimes = {
  /** The intent was stored. */
  readonly stored?: string
  /** The request was sent, after signing and the last check of its lease. */
  readonly sent?: string
  /** AWS answered. Missing: the answer was lost. */
  readonly answered?: string
  /** The outcome became known: by the answer, or later by a read. */
  readonly settled?: string
}

/** An earlier attempt of the same run. It created no job. */
export type PastAttempt = CreateTimes & { readonly attempt: number; readonly evidence?: string }

/** A finished or superseded run of an address. */
export type PastRun = {
  readonly run: number
  /** Where it was, if the address's job is now elsewhere. */
  readonly site?: Site
  readonly id?: string
  readonly condition?: Condition
  readonly status?: string
  readonly times?: CreateTimes
  readonly createdAt?: string
  readonly startedAt?: string
  readonly finishedAt?: string
}

/** A file downloaded from AWS. `file` is relative to the repository; `digest` is `sha256:` and hexadecimal digits. */
export type Downloaded = { readonly file: string; readonly bytes: number; readonly digest: string }

/** The members of every record. */
type RecordBase = {
  readonly run: number
  readonly site: Site
  readonly how: 'created' | 'adopted' | 'baseline'
  readonly arn?: string
  /** As written, canonical, `$env` unresolved. Strings over 1,024 characters are `{ "$digest": "sha256:…" }`. */
  readonly request: JsonObject
  readonly condition?: Condition
  /** AWS's own status word. */
  readonly status?: string
  readonly counts?: Readonly<Record<string, number>>
  /** Missing: an earlier version created the job, or Jobwright did not create it. */
  readonly times?: CreateTimes
  /** Earlier attempts of this run, oldest first. Missing: there are none. */
  readonly attempts?: readonly PastAttempt[]
  readonly createdAt?: string
  /** Missing until AWS returns the job's creation time. Never overwritten. */
  readonly identity?: Identity
  /**
   * AWS's times before and after its creation, if the answer had no creation time. Removed once a read proves the
   * job's identity. `marked`: its create asked for our mark.
   */
  readonly window?: { readonly from: string; readonly to: string; readonly marked?: true }
  readonly startedAt?: string
  readonly finishedAt?: string
  /** MD5, in Base64, of the file that AWS received for it. */
  readonly uploaded?: string
  /** The asset that it exported, as downloaded. */
  readonly downloaded?: Downloaded
  readonly history?: readonly PastRun[]
  /** What its spec asked for the unfinished job when the spec is deleted. Missing: leave it alone. */
  readonly onRemove?: 'cancel'
  /** ISO time at which the spec was found to be removed. */
  readonly withdrawn?: string
  /** The service has forgotten the finished job. */
  readonly archived?: true
  /** The service no longer knows the unfinished job. */
  readonly lost?: true
  /** Jobwright cancelled it, because its spec or a person asked for that. Its end is not a failure. */
  readonly cancelled?: true
  /**
   * Whether its create made a second job is still to be looked up, even after its end. Only kinds whose duplicates run
   * have it. Missing: a reconcile looked after its end, or an earlier version created it.
   */
  readonly unaudited?: true
}

/** A create may be in flight, or its outcome is unknown. */
export type OpenRecord = RecordBase & {
  readonly stage: 'intent' | 'settling'
  readonly intent: Intent
  /** The ID that the create asked for, for kinds whose caller chooses it. */
  readonly id?: string
}

/** The job exists and waits for its start step. */
export type CreatedRecord = RecordBase & { readonly stage: 'created'; readonly intent?: undefined; readonly id: string }

/** The job was started. Without an ID, a person took it as done, and no job was read. */
export type StartedRecord = RecordBase & {
  readonly stage: 'started'
  readonly intent?: undefined
  readonly id?: string
}

/** The outcome of the create is known. */
export type SettledRecord = CreatedRecord | StartedRecord

/** The record of a job that has an ID to read it by. */
export type IdentifiedRecord = SettledRecord & { readonly id: string }

/** All that is known of one address. A record is never dropped, whether or not its spec exists. */
export type JobRecord = OpenRecord | SettledRecord

/** Returns whether the outcome of a record's create is known. */
export function isSettled(record: JobRecord): record is SettledRecord {
  return record.stage === 'created' || record.stage === 'started'
}

/** Returns whether a record names a job that exists. */
export function isIdentified(record: JobRecord | undefined): record is IdentifiedRecord {
  return record !== undefined && isSettled(record) && record.id !== undefined
}

/** The source of the state: the last reconciled commit. */
export type Source = {
  readonly commit: string
  /** A person declared this commit the newest, although it does not contain the last reconciled one. */
  readonly replaced?: { readonly commit: string; readonly at: string }
}

/** When a person claimed a state for a project. `from`: the project that it named before. */
export type Claim = { readonly at: string; readonly from?: string }

/** A move of a state to another place. `minReader`: that of the state, which a tombstone and an inactive copy raise. */
export type StateMove = {
  readonly from: StateConfig
  readonly to: StateConfig
  /** ISO time at which it began. */
  readonly at: string
  readonly minReader: number
}

/** The state: everything that Jobwright has submitted. */
export type State = {
  readonly apiVersion: 'jobwright/v1'
  /** The oldest format version whose programs may write this file. */
  readonly minReader: number
  /** The ID of the state, set once when it is created. */
  readonly lineage: string
  /** Its write count. */
  readonly serial: number
  readonly source?: Source
  /** The folder of its jobwright.yaml, from the top of the Git repository; `.` at the top. Missing: not known yet. */
  readonly project?: string
  readonly claimed?: Claim
  readonly records: Readonly<Record<Address, JobRecord>>
  /**
   * ISO time at which the state began. Older jobs are foreign, and never read as look-alikes. Missing: no job is too
   * old.
   */
  readonly horizon?: string
  /** Jobs that a person called foreign: site, kind and ID as one text -> ISO time. They are never look-alikes. */
  readonly foreign?: Readonly<Record<string, string>>
  /** `account/service` -> how many creates were sent on the given UTC day, for daily budgets. */
  readonly budgets?: Readonly<Record<string, { readonly day: string; readonly used: number }>>
  /** What needs a person, as runs noted it and people acknowledged it. Missing: no run has noted anything yet. */
  readonly attention?: Attention
  /** Decisions about schedules, by the address of the spec. Missing: there are none. */
  readonly series?: Readonly<Record<Address, Series>>
  /** The state moved away. What is left here is a tombstone, for ever. */
  readonly moved?: StateMove
  /** A move made this copy and has not ended. No run may use it yet. */
  readonly inactive?: StateMove
  /**
   * Of the index of a split state: its parts, each with the least serial that its text can have. Missing: the state is
   * in one piece.
   */
  readonly parts?: Readonly<Record<string, number>>
  /** Of the index of a split state: the part that holds the record of an address, or was to hold it. */
  readonly homes?: Readonly<Record<Address, string>>
  /** Of a part of a split state: its name. */
  readonly part?: string
  /** Of an index and its parts: the serial of the whole state that was split. A part with another one is a leftover. */
  readonly split?: number
  /** Of a part: the state is being joined to one text, and no run writes the part again. */
  readonly closed?: true
}

/** The format of a split state. An older program would take its index for a state without records. */
export const SPLIT_READER = 4

/** The format of a state with `series`. An older program would take the runs for jobs whose spec was removed. */
const SERIES_READER = 2

/** Returns the format that a whole state needs, whatever it was before. */
export function findReader({ series }: State): number {
  return series === undefined ? 1 : SERIES_READER
}

/**
 * One change of a state. Journal lines hold all but `attention` and `series`: older programs refuse a journal with
 * an unknown change, so only commits write them. A record of null is an intent that was released; nothing was sent.
 */
export type Change =
  | { readonly set: 'record'; readonly address: Address; readonly record: JobRecord | null }
  | { readonly set: 'source'; readonly source: Source }
  | { readonly set: 'foreign'; readonly key: string; readonly at: string }
  | { readonly set: 'budget'; readonly key: string; readonly day: string; readonly used: number }
  | { readonly set: 'attention'; readonly attention: Attention }
  | { readonly set: 'series'; readonly address: Address; readonly series: Series | null }

/** Returns the state after these changes, with its serial unchanged. */
export function applyChanges(state: State, changes: readonly Change[]): State {
  const records: Record<Address, JobRecord> = { ...state.records }
  let next: State = state
  for (const change of changes) {
    if (change.set === 'record') {
      if (change.record === null) delete records[change.address]
      else records[change.address] = change.record
    } else if (change.set === 'source') next = { ...next, source: change.source }
    else if (change.set === 'series') next = setSeries(next, change.address, change.series)
    else if (change.set === 'attention') next = { ...next, attention: change.attention }
    else if (change.set === 'foreign') next = { ...next, foreign: { ...next.foreign, [change.key]: change.at } }
    else next = { ...next, budgets: { ...next.budgets, [change.key]: { day: change.day, used: change.used } } }
  }
  return { ...next, records }
}

function setSeries(state: State, address: Address, series: Series | null): State {
  const { [address]: _before, ...others } = state.series ?? {}
  return {
    ...state,
    minReader: Math.max(state.minReader, SERIES_READER),
    series: series === null ? others : { ...others, [address]: series },
  }
}

/** Returns the records of a state with their addresses. */
export function recordEntries(records: State['records'] = {}): [Address, JobRecord][] {
  return Object.entries(records) as [Address, JobRecord][]
}

/** Lists the addresses that a stored text knows: those of its records, or of an index. */
export function listRecorded({ records, homes }: State): string[] {
  return Object.keys(homes ?? records)
}

/** Returns an empty state. `horizon`: the ISO time at which it begins. */
export function emptyState(lineage: string, horizon?: string): State {
  return { apiVersion: 'jobwright/v1', minReader: 1, lineage, serial: 0, ...(horizon && { horizon }), records: {} }
}

/** Returns one text for a site. Two records share lanes, slots and IDs exactly if it is equal. */
export function getSiteKey(site: Site): string {
  const { partition, account, region, endpoint } = site
  return `${partition}/${account}/${region}${endpoint ? `/${endpoint}` : ''}`
}

/** Returns the state's key for the daily budget of a service in an account. */
export function getBudgetKey(site: Site, service: string): string {
  return `${site.account}/${service}`
}
