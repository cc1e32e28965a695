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
  type PastAttempt,
  type PastRun,
  type SettledRecord,
  type Site,
} from './state.ts'

/** The stage of a job as a read shows it. */
export type LiveStage = SettledRecord['stage']

/** Returns whether the asset of a succeeded job is still to be downloaded to where its spec wants it. */
export function isDownloadDue({ download }: Pick<Spec, 'download'>, record: JobRecord): boolean {
  if (download === undefined || record.id === undefined || record.condition?.type !== 'Succeeded') return false
  return record.downloaded?.file !== download.file
}

/**
 * Updates a record from a read: status, counts, condition, times. Idempotent. `identity`: what the read proved, used if
 * none is on record.
 */
export function refreshRecord(
  record: SettledRecord,
  live: Live,
  condition: Condition,
  now: number,
  identity?: Identity,
): IdentifiedRecord {
  const { lost: _lost, archived: _archived, ...rest } = record
  const known = record.identity ?? identity
  // An ID alone proves nothing: the time of another owner's job must not become the recorded one.
  const createdAt = known === undefined ? record.createdAt : (live.createdAt ?? record.createdAt)
  const ended = isTerminal(condition)
  const finishedAt = live.finishedAt ?? record.finishedAt ?? (ended ? formatIso(now) : undefined)
  return {
    ...rest,
    id: live.id,
    arn: live.arn ?? record.arn,
    status: live.status,
    condition,
    counts: live.counts ?? record.counts,
    createdAt,
    identity: known,
    window: known === undefined ? record.window : undefined,
    finishedAt: ended ? finishedAt : record.finishedAt,
  }
}

/** Updates a record like `refreshRecord`, and its stage too, since the job may have started. */
export function refreshWithStage(
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

/** The initial values of a record that takes over a job. The job itself provides the rest. */
export type AdoptionBase = Pick<SettledRecord, 'run' | 'site' | 'how' | 'request'> &
  Partial<Omit<OpenRecord | SettledRecord, 'stage' | 'intent'>> & { readonly intent?: undefined }

/** Returns the record of an address that takes over a live job. This settles an open create. */
export function createAdoptedRecord(
  adopter: AdoptionBase | OpenRecord,
  live: Live,
  stage: LiveStage,
  condition: Condition,
  now: number,
  source: Identity['source'] = 'read',
): IdentifiedRecord {
  const identity = live.createdAt === undefined ? undefined : { createdAt: live.createdAt, source }
  const times = adopter.intent && { stored: adopter.intent.at, ...adopter.times, settled: formatIso(now) }
  return refreshRecord({ ...adopter, times, intent: undefined, id: live.id, stage }, live, condition, now, identity)
}

/**
 * Returns the past runs of an address. The previous record joins them once its run is superseded. Runs at another site
 * keep their site. Undefined if there are none.
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

function summarizeRun(record: JobRecord): PastRun {
  const { run, id, condition, status, times, createdAt, startedAt, finishedAt } = record
  const known = { ...(times && { times }), ...(createdAt && { createdAt }), ...(startedAt && { startedAt }) }
  return { run, id, condition, status, ...known, finishedAt }
}

/** How many earlier attempts a record keeps. */
const ATTEMPTS_MAX = 5

/** Returns the attempts of a run before its next one. The previous one created no job. */
export function extendAttempts({ intent, times, attempts = [] }: OpenRecord): readonly PastAttempt[] {
  const { attempt, at, evidence } = intent
  return [...attempts, { attempt, stored: at, ...times, evidence }].slice(-ATTEMPTS_MAX)
}
