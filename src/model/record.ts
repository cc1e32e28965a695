import { type Condition, isTerminal } from './condition.ts'
import { formatIso } from './iso.ts'
import type { Live } from './live.ts'
import type { Spec } from './spec.ts'
import {
  getSiteKey,
  type IdentifiedRecord,
  type Identity,
  type JobRecord,
  type OpenRecord,
  type PastRun,
  type SettledRecord,
  type Site,
} from './state.ts'

/** The stage of a job that a read shows. */
export type LiveStage = SettledRecord['stage']

/** Whether the asset of a job that succeeded is still to be fetched to where its spec wants it. */
export function isDownloadDue({ download }: Pick<Spec, 'download'>, record: JobRecord): boolean {
  if (download === undefined || record.id === undefined || record.condition?.type !== 'Succeeded') return false
  return record.downloaded?.file !== download.file
}

/**
 * A record with what a read tells: status, counts, condition, times. Reading the same again changes nothing. `identity`: what the read proved
 * of it, where none is on record.
 */
export function refreshRecord(
  record: SettledRecord,
  live: Live,
  condition: Condition,
  now: number,
  identity?: Identity,
): IdentifiedRecord {
  const { lost: _lost, archived: _archived, ...rest } = record
  const isCompared = live.createdAt !== undefined || record.identity !== undefined
  const ended = isTerminal(condition)
  const finishedAt = live.finishedAt ?? record.finishedAt ?? (ended ? formatIso(now) : undefined)
  return {
    ...rest,
    id: live.id,
    arn: live.arn ?? record.arn,
    status: live.status,
    condition,
    counts: live.counts ?? record.counts,
    createdAt: live.createdAt ?? record.createdAt,
    identity: record.identity ?? identity,
    window: isCompared ? undefined : record.window,
    finishedAt: ended ? finishedAt : record.finishedAt,
  }
}

/** The same of a job that may have begun since it was recorded: its stage follows too. */
export function reread(
  record: SettledRecord,
  live: Live,
  stage: LiveStage,
  condition: Condition,
  now: number,
  identity?: Identity,
): IdentifiedRecord {
  const next = refreshRecord(record, live, condition, now, identity)
  return record.stage === 'created' ? { ...next, stage } : next
}

/** What a record that takes over a job begins with: everything but what the job itself tells. */
export type Adopter = Pick<SettledRecord, 'run' | 'site' | 'how' | 'request'> &
  Partial<Omit<OpenRecord | SettledRecord, 'stage' | 'intent'>>

/** The record of an address that takes over a live job. A create that was open is thereby settled. */
export function takeOverRecord(
  adopter: Adopter | OpenRecord,
  live: Live,
  stage: LiveStage,
  condition: Condition,
  now: number,
  source: Identity['source'] = 'read',
): IdentifiedRecord {
  const identity = live.createdAt === undefined ? undefined : { createdAt: live.createdAt, source }
  return refreshRecord({ ...adopter, intent: undefined, id: live.id, stage }, live, condition, now, identity)
}

/**
 * The past runs of an address at a given run and place: the previous record joins them once its run is superseded. Runs that were elsewhere
 * keep their place. Undefined: there is none.
 */
export function extendHistory(
  previous: JobRecord | undefined,
  run: number,
  site: Site,
): readonly PastRun[] | undefined {
  if (!previous) return undefined
  const past = previous.run === run ? (previous.history ?? []) : [...(previous.history ?? []), summarizeRun(previous)]
  if (past.length === 0) return undefined
  const here = getSiteKey(site)
  return past.map(({ site: own = previous.site, ...rest }) =>
    getSiteKey(own) === here ? rest : { ...rest, site: own },
  )
}

function summarizeRun({ run, id, condition, status, finishedAt }: JobRecord): PastRun {
  return { run, id, condition, status, finishedAt }
}
