import { factsOf } from './aws-facts.ts'
import type { Want } from './ledger.ts'
import { placeOf } from './places.ts'
import { requestFor } from './requests.ts'
import { type Job, NOBODYS, ServiceFault } from './services.ts'
import { SITES, type Town } from './town.ts'

/** Somebody with a console creates a job that gets in a project's way, or starts, cancels or deletes an own job. */
export function meddle(town: Town): void {
  const { random } = town.setting
  const want = random.pick(town.ledger.wants)
  const file = town.ledger.fileOf(want)
  if (file !== undefined && random.hit(0.4)) town.putFile(file, 'notes of somebody')
  else if (random.hit(0.6)) makeAlike(town, want)
  else touch(town)
}

/**
 * Another team's job, under the ID that a spec will ask for, or with the same request. It is created only while it can
 * be distinguished from a create of ours.
 */
function makeAlike(town: Town, want: Want): void {
  const { random } = town.setting
  const { kind, who, run, name } = want
  const isNamed = factsOf(kind).named === 'by the caller'
  if (!isNamed && (town.oracle.isUnclear(want) || town.recordAt(want)?.intent !== undefined)) return
  const next = run + random.int(0, 1)
  const id = want.ownId ?? (next === 1 ? name : `${name}-r${next}`)
  const request = random.hit(0.6) ? want.request : requestFor(kind, `${who}-other`)
  const place = placeOf(SITES[want.target ?? 'here']!, kind)
  const mark = kind === 'IotJob' && random.hit(0.5) ? { mark: `other-team01 ${kind}/${name}:${next}.1` } : {}
  const { rates } = town.setting
  town.setting.rates = { ...rates, readLag: Math.max(rates.readLag, 0.7) }
  try {
    town.services.create(kind, place, NOBODYS, request, { ...(isNamed && { id }), ...mark, ...manifestOf(kind, who) })
    town.setting.count('job made by somebody')
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error
  }
  town.setting.rates = rates
}

function manifestOf(kind: string, who: number): { manifest?: string } {
  return kind === 'ImportExportJob'
    ? { manifest: `manifestVersion: 2.0\ndeviceId: other-${who}\neraseDevice: yes\n` }
    : {}
}

/**
 * Somebody changes a project's job outside Jobwright. Jobs not yet on record are left alone, because nobody could find
 * them afterwards.
 */
function touch(town: Town): void {
  const { random } = town.setting
  const own = town.services.jobs.filter(
    (job) => job.wish.of === town.name && job.deletedAt === undefined && town.oracle.isHeld(job),
  )
  if (own.length === 0) return
  const job = random.pick(own)
  const { kind, place, id } = job
  try {
    if (factsOf(kind).deletes && random.hit(0.5)) remove(town, job)
    else if (job.startedAt === undefined && random.hit(0.3)) {
      town.services.upload(kind, place, id, NOBODYS.of)
      town.services.start(kind, place, id, NOBODYS.of)
    } else town.services.cancel(kind, place, id, NOBODYS.of)
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error
  }
}

/** Deletes a job, and sometimes creates another one under its ID. */
function remove(town: Town, job: Job): void {
  const { random } = town.setting
  const { kind, place, id, request } = job
  town.services.delete(job)
  // AWS's times have whole seconds. A job without a mark that is made again within one looks like the first.
  const isLater = Math.floor(town.setting.time.now / 1000) > Math.floor(job.createdAt / 1000)
  if (!isLater || !random.hit(0.6)) return
  town.services.create(kind, place, NOBODYS, random.hit(0.5) ? request : requestFor(kind, 'again'), { id })
  town.setting.count('ID used again by somebody')
}
