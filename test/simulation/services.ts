import type { JsonObject } from '../../src/model/json.ts'
import { factsOf, MARGINS } from './aws-facts.ts'
import type { Machine } from './machine.ts'
import { EPOCH, type Setting } from './machine.ts'

/** The wish behind a request: a project, one of its specs under any name, and its run. */
export type Wish = {
  readonly of: string
  readonly who: number
  readonly run: number
  /** It was written to a file but never committed. */
  readonly isUncommitted?: true
}

/** The wish behind a job that somebody created by hand. */
export const NOBODYS: Wish = { of: 'somebody', who: -1, run: 0 }

/** A job in its service. Times are milliseconds of the world. */
export type Job = {
  readonly id: string
  readonly kind: string
  /** The account, and the region if the service has regions. */
  readonly place: string
  /** Changes only if a person adopts somebody else's job. */
  wish: Wish
  request: JsonObject
  readonly manifest?: string
  /** The tag in its create. */
  readonly mark?: string
  readonly order: number
  readonly createdAt: number
  /** When the request that made it was sent. */
  readonly leftAt: number
  /** When lists begin to show it. */
  readonly listedAt: number
  /** When reads by ID begin to find it. */
  readonly foundAt: number
  startedAt?: number
  startedBy?: string
  /** Another project believes that it is its own, because no fact of AWS tells them apart. */
  isShared?: true
  /** Nobody's job, which a project believes to be its own since then. */
  believedAt?: number
  /** A proxy repeated its create. */
  isRepeat?: true
  /** Its file is uploaded. */
  isUploaded?: true
  cancelledAt?: number
  /** Who cancelled it. */
  cancelledBy?: string
  deletedAt?: number
  /** When its last update was sent. */
  changeLeftAt?: number
  /** A late update undid a newer one, because AWS does not order updates. */
  isUndone?: boolean
  /** How long it runs, and how it ends. */
  readonly takesMs: number
  readonly succeeds: boolean
}

/** What AWS gets in a create besides the request. */
export type Own = { readonly id?: string; readonly manifest?: string; readonly mark?: string }

/** Observes what happens to jobs. `by`: the project that did it, or `somebody`. */
export type Witness = {
  /** A job begins to have an effect. */
  onJob(job: Job): void
  /** A call changes an existing job. */
  onAct(job: Job, what: 'upload' | 'start' | 'update' | 'cancel', by: string, leftAt: number): void
}

/** A service's rejection. */
export class ServiceFault extends Error {
  readonly $fault: 'client' | 'server'
  readonly $metadata: { readonly httpStatusCode: number }

  constructor(name: string, status: number, message = 'no') {
    super(message)
    this.name = name
    this.$fault = status < 500 ? 'client' : 'server'
    this.$metadata = { httpStatusCode: status }
  }
}

/** The five services: what really happened. They never forget a job, but answer as if they had. */
export class Services {
  readonly jobs: Job[] = []
  readonly witnesses: Witness[] = []
  /** How far a list and a read may lag behind a create. */
  listLagMs: number = MARGINS.listLagMs
  readLagMs: number = MARGINS.readLagMs - 1_000
  /** Jobs take long, so that there is time to update them. */
  isSlow = false
  /** The factor by which requests are accepted longer than documented. */
  signatureFactor = 1
  readonly #byKind = new Map<string, Job[]>()
  readonly #setting: Setting

  constructor(setting: Setting) {
    this.#setting = setting
  }

  /** Creates a job at a place, by a request that left at a time. Throws a ServiceFault if the service rejects it. */
  create(kind: string, place: string, wish: Wish, request: JsonObject, own: Own, leftAt?: number): Job {
    const { random, rates, time } = this.#setting
    if (own.id !== undefined && this.there(kind, place, own.id)) {
      const { name, status } = factsOf(kind).taken!
      throw new ServiceFault(name, status)
    }
    const job: Job = {
      id: own.id ?? `job-${kind.slice(0, 4).toLowerCase()}-${this.jobs.length + 1}`,
      kind,
      place,
      wish,
      request: without(request, 'jobId', 'Id', 'tags'),
      ...(own.manifest !== undefined && { manifest: own.manifest }),
      ...(own.mark !== undefined && { mark: own.mark }),
      order: this.jobs.length,
      createdAt: time.now,
      leftAt: leftAt ?? time.now,
      listedAt: time.now + (random.hit(rates.listLag) ? this.#lag(this.listLagMs) : 0),
      foundAt: time.now + (random.hit(rates.readLag) ? this.#lag(this.readLagMs) : 0),
      ...(factsOf(kind).begins === 'at once' && { startedAt: time.now }),
      takesMs: this.isSlow
        ? random.int(3_600_000, 10_000_000)
        : random.int(2_000, random.pick([900_000, 900_000, 10_000_000])),
      succeeds: random.hit(0.85),
    }
    this.jobs.push(job)
    this.#byKind.set(kind, [...(this.#byKind.get(kind) ?? []), job])
    this.#setting.log(`service: ${kind} ${job.id} made at ${place} for ${wish.of} ${wish.who} run ${wish.run}`)
    if (job.startedAt !== undefined) this.#tellJob(job)
    return job
  }

  /** At the edge of the margins, a lag is mostly at its limit. */
  #lag(most: number): number {
    const { random, isEdgy } = this.#setting
    return isEdgy && random.hit(0.6) ? most : random.int(0, most)
  }

  /** Uploads the file of a waiting job. */
  upload(kind: string, place: string, id: string, by: string): void {
    const job = this.#waiting(kind, place, id)
    job.isUploaded = true
    this.#setting.log(`service: ${kind} ${id} has its file`)
    this.#tellAct(job, 'upload', by)
  }

  /** Starts a waiting job. */
  start(kind: string, place: string, id: string, by: string): void {
    const job = this.#waiting(kind, place, id)
    job.startedAt = this.#setting.time.now
    job.startedBy = by
    this.#setting.log(`service: ${kind} ${id} started`)
    this.#tellAct(job, 'start', by)
    this.#tellJob(job)
  }

  /** Updates a running job. */
  update(kind: string, place: string, id: string, members: JsonObject, by: string, leftAt: number): void {
    const job = this.#open(kind, place, id)
    job.isUndone = leftAt < (job.changeLeftAt ?? 0)
    if (job.isUndone) this.#setting.count('a late update undid a newer one')
    else job.changeLeftAt = leftAt
    job.request = { ...job.request, ...members }
    this.#setting.count('job changed')
    this.#setting.log(`service: ${kind} ${id} changed`)
    this.#tellAct(job, 'update', by, leftAt)
  }

  /** Cancels an unfinished job, by a request that left at a time. */
  cancel(kind: string, place: string, id: string, by: string, leftAt = this.#setting.time.now): void {
    const job = this.#open(kind, place, id)
    const { cancels } = factsOf(kind)
    if (cancels === 'until its start' && job.startedAt !== undefined) throw new ServiceFault('ConflictException', 409)
    if (cancels === 'until its transfer' && job.startedAt !== undefined)
      throw new ServiceFault('UnableToCancelJobIdException', 400)
    if (cancels === 'never') throw new ServiceFault('MethodNotAllowedException', 405)
    job.cancelledAt = this.#setting.time.now
    job.cancelledBy = by
    this.#setting.count('job cancelled')
    this.#setting.log(`service: ${kind} ${id} cancelled by ${by}`)
    this.#tellAct(job, 'cancel', by, leftAt)
  }

  /** Deletes a job, which frees its ID. */
  delete(job: Job): void {
    job.deletedAt = this.#setting.time.now
    this.#setting.count('job deleted by somebody')
    this.#setting.log(`service: ${job.kind} ${job.id} deleted`)
  }

  #waiting(kind: string, place: string, id: string): Job {
    const job = this.find(kind, place, id)
    if (!job) throw new ServiceFault('ResourceNotFoundException', 404)
    if (job.startedAt !== undefined || job.cancelledAt !== undefined) throw new ServiceFault('ConflictException', 409)
    return job
  }

  #open(kind: string, place: string, id: string): Job {
    const job = this.find(kind, place, id)
    if (!job) throw new ServiceFault('ResourceNotFoundException', 404)
    if (this.statusOf(job).isOver) throw new ServiceFault('InvalidRequestException', 400)
    return job
  }

  #tellJob(job: Job): void {
    for (const witness of this.witnesses) witness.onJob(job)
  }

  #tellAct(job: Job, what: Parameters<Witness['onAct']>[1], by: string, leftAt = this.#setting.time.now): void {
    for (const witness of this.witnesses) witness.onAct(job, what, by, leftAt)
  }

  /** The jobs of a kind, including those that the service no longer shows. */
  ofKind(kind: string): readonly Job[] {
    return this.#byKind.get(kind) ?? []
  }

  /** The job that has an ID now, visible or not. */
  there(kind: string, place: string, id: string): Job | undefined {
    return this.ofKind(kind).find((job) => job.place === place && job.id === id && !this.#isGone(job))
  }

  /** The job with an ID, as a read finds it. */
  find(kind: string, place: string, id: string): Job | undefined {
    const job = this.there(kind, place, id)
    return job && job.foundAt <= this.#setting.time.now ? job : undefined
  }

  /** What a list shows now. */
  listed(kind: string, place: string): Job[] {
    const { now } = this.#setting.time
    const shown = this.ofKind(kind).filter((job) => job.place === place && job.listedAt <= now && !this.#isGone(job))
    return factsOf(kind).newestFirst ? shown.reverse() : shown
  }

  /** The service's status word for a job, and ISO times. */
  statusOf(job: Job): { status: string; createdAt: string; finishedAt?: string; isOver: boolean } {
    const [running, done, failed, cancelled = failed] = factsOf(job.kind).words
    const createdAt = isoOf(job.createdAt)
    const ended = job.startedAt === undefined ? Number.POSITIVE_INFINITY : job.startedAt + job.takesMs
    if (job.cancelledAt !== undefined && job.cancelledAt < ended)
      return { status: cancelled, createdAt, finishedAt: isoOf(job.cancelledAt), isOver: true }
    if (job.startedAt === undefined) return { status: 'WAITING', createdAt, isOver: false }
    const ends = job.startedAt + job.takesMs
    if (this.#setting.time.now < ends) return { status: running, createdAt, isOver: false }
    return { status: job.succeeds ? done : failed, createdAt, finishedAt: isoOf(ends), isOver: true }
  }

  #isGone(job: Job): boolean {
    if (job.deletedAt !== undefined) return true
    const { kept } = factsOf(job.kind)
    if (kept === undefined) return false
    // A waiting job is kept no longer than a finished one.
    const isFromEnd = kept.from === 'end' && job.startedAt !== undefined
    const since = isFromEnd ? job.startedAt! + job.takesMs : job.createdAt
    return this.#setting.time.now > since + kept.ms
  }
}

/** A machine's wall time, in milliseconds of the world. */
export function wallOf(machine: Machine, setting: Setting): number {
  return setting.time.now + machine.skew
}

function isoOf(ms: number): string {
  return new Date(EPOCH + ms).toISOString()
}

/** An object without some of its members. */
function without(object: JsonObject, ...members: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([member]) => !members.includes(member)))
}
