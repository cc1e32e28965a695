import fs from 'node:fs'
import path from 'node:path'
import { type Clock, startClock } from './clock.ts'
import { openClockFile, readProgress } from './clock-file.ts'
import { openJobLog } from './job-log.ts'
import type { JsonObject } from './json.ts'
import { maskSecrets } from './secrets.ts'

/** A job that was made, for ever: what was asked for, and what happened to it since. Its status follows from this and the time. */
export type JobRecord = {
  /** Counts up over all services; the order of creation. */
  readonly serial: number
  readonly service: string
  readonly id: string
  readonly account: string
  readonly region: string
  readonly request: JsonObject
  /** Virtual epoch milliseconds. */
  readonly createdAt: number
  /** Real epoch milliseconds. */
  readonly realCreatedAt: number
  /** What calls did to it later, by the names of its own service; times in virtual epoch milliseconds. */
  readonly facts: JsonObject
}

/** Where jobs of one service, account and region are. */
export type Place = Pick<JobRecord, 'service' | 'account' | 'region'>

/** Every job, in memory and (with a folder) on disk, and the time that goes with them. */
export type Store = {
  readonly clock: Clock
  /** Every job ever made, oldest first. */
  all(): readonly JobRecord[]
  /** The jobs of one place, oldest first, whether or not their service still shows them. */
  at(place: Place): readonly JobRecord[]
  /** The jobs of one place that are not known to be over for good, by their serials. */
  open(place: Place): ReadonlyMap<number, JobRecord>
  /** Says that a job is over for good, unless a call changes it later. */
  retire(job: JobRecord): void
  /** The newest job of this ID. */
  find(place: Place, id: string): JobRecord | undefined
  add(place: Place, id: string, request: JsonObject, facts: JsonObject): JobRecord
  /** Lays new facts over the old ones. */
  change(job: JobRecord, facts: JsonObject): JobRecord
  /** The serial that the next job will have. */
  nextSerial(): number
  /** A number that is never given twice, for the dice. */
  draw(): number
  /** Writes the time down if that was last done more than `interval` real milliseconds ago. */
  keepTime(interval: number): void
  /** Forgets all jobs; time and serials go on. */
  reset(): void
  close(): void
}

type Shelf = {
  jobs: JobRecord[]
  indexBySerial: Map<number, number>
  byId: Map<string, JobRecord>
  open: Map<number, JobRecord>
}
type Entry = { at: number; put?: JobRecord; next?: number }

/**
 * Opens the store.
 * @param folder where it lives; undefined keeps it in memory
 * @param startAt virtual epoch milliseconds at which the clock of a new store starts
 * @param scale virtual seconds per real second
 */
export function openStore(folder: string | undefined, startAt: number, scale: number): Store {
  const shelves = new Map<string, Shelf>()
  const bySerial = new Map<number, JobRecord>()
  let next = 1
  let latest = Number.NEGATIVE_INFINITY

  const put = (job: JobRecord) => {
    const shelf = openShelf(shelves, job)
    const index = shelf.indexBySerial.get(job.serial)
    if (index === undefined) shelf.indexBySerial.set(job.serial, shelf.jobs.push(job) - 1)
    else shelf.jobs[index] = job
    if ((shelf.byId.get(job.id)?.serial ?? 0) <= job.serial) shelf.byId.set(job.id, job)
    bySerial.set(job.serial, job)
    shelf.open.set(job.serial, job)
    next = Math.max(next, job.serial + 1)
  }
  const replay = (written: unknown) => {
    const entry = written as Entry
    // A log of an older version holds secrets.
    const { at, put: job, next: serial } = entry.put ? { ...entry, put: cleanJob(entry.put) } : entry
    latest = Math.max(latest, at)
    next = Math.max(next, serial ?? 0)
    if (job) put(job)
    return job === entry.put ? written : { ...entry, put: job }
  }

  const log = folder === undefined ? undefined : openJobLog(path.join(folder, 'jobs.log'), replay)
  const saved = folder === undefined ? undefined : readProgress(path.join(folder, 'clock'))
  const clockFile = folder === undefined ? undefined : openClockFile(path.join(folder, 'clock'))
  latest = Math.max(latest, saved?.now ?? Number.NEGATIVE_INFINITY)
  const clock = startClock(Number.isFinite(latest) ? latest : startAt, scale)
  let draws = saved?.draws ?? 0
  let savedAt = Number.NEGATIVE_INFINITY

  const keepTime = (interval: number) => {
    if (!clockFile || performance.now() - savedAt < interval) return
    savedAt = performance.now()
    clockFile.save({ now: clock.now(), draws })
  }
  const record = (given: JobRecord) => {
    const job = cleanJob(given)
    // Logged before it is visible: what a caller has seen is on disk.
    log?.append({ at: clock.now(), put: job })
    put(job)
    return job
  }
  keepTime(0)

  return {
    clock,
    all: () => [...bySerial.values()],
    at: (place) => openShelf(shelves, place).jobs,
    open: (place) => openShelf(shelves, place).open,
    retire: (job) => openShelf(shelves, job).open.delete(job.serial),
    find: (place, id) => openShelf(shelves, place).byId.get(id),
    add: ({ service, account, region }, id, request, facts) => {
      const createdAt = clock.now()
      return record({
        serial: next,
        service,
        id,
        account,
        region,
        request,
        createdAt,
        realCreatedAt: Date.now(),
        facts,
      })
    },
    change: (job, facts) => record({ ...job, facts: { ...job.facts, ...facts } }),
    nextSerial: () => next,
    draw: () => draws++,
    keepTime,
    reset: () => {
      log?.clear()
      log?.append({ at: clock.now(), next })
      shelves.clear()
      bySerial.clear()
    },
    close: () => {
      // What is still on its way must not be written to a file that may be another emulator's by then.
      clock.stop()
      keepTime(0)
      clockFile?.close()
      log?.close()
    },
  }
}

/** A job without its secrets; the same value where it has none. */
function cleanJob(job: JobRecord): JobRecord {
  const [request, facts] = [maskSecrets(job.request), maskSecrets(job.facts)]
  return request === job.request && facts === job.facts ? job : { ...job, request, facts }
}

/** Makes the folder, readable by its owner alone: requests are nobody else's business. */
export function makeFolder(folder: string): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
}

/** The first symbolic link in a folder: what is written there would go elsewhere. */
export function linkIn(folder: string): string | undefined {
  const link = fs.readdirSync(folder, { withFileTypes: true }).find((entry) => entry.isSymbolicLink())
  return link && path.join(folder, link.name)
}

function openShelf(shelves: Map<string, Shelf>, { service, account, region }: Place): Shelf {
  const key = `${service} ${account} ${region}`
  const known = shelves.get(key)
  if (known) return known
  const shelf: Shelf = { jobs: [], indexBySerial: new Map(), byId: new Map(), open: new Map() }
  shelves.set(key, shelf)
  return shelf
}
