import type { JsonObject } from '../../src/model/json.ts'
import { factsOf, MARGINS } from './aws-facts.ts'
import type { Machine } from './machine.ts'
import { EPOCH, type Setting } from './machine.ts'

/** Whose wish a request is: a spec's, whatever its name, and which run of it. */
export type Wish = { readonly who: number; readonly run: number }

/** A job as its service has it. Times are milliseconds of the world. */
export type Job = {
  readonly id: string
  readonly kind: string
  readonly wish: Wish
  request: JsonObject
  readonly manifest?: string
  readonly order: number
  readonly createdAt: number
  /** From when a list shows it. */
  readonly listedAt: number
  /** From when a read by its ID finds it. */
  readonly foundAt: number
  startedAt?: number
  /** Its file is there. */
  isUploaded?: true
  cancelledAt?: number
  /** How long it runs, and how it ends. */
  readonly takesMs: number
  readonly succeeds: boolean
}

/** What a service answers when it refuses. */
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

/** The five services: what really happened, whatever anybody believes. It never forgets, though it answers as if it had. */
export class Services {
  readonly jobs: Job[] = []
  readonly #setting: Setting
  readonly #onJob: (job: Job) => void
  readonly #onCancel: (job: Job) => void

  /** `onJob` is told of each job that begins to have an effect, `onCancel` of each that is ended before its time. */
  constructor(setting: Setting, onJob: (job: Job) => void, onCancel: (job: Job) => void) {
    this.#setting = setting
    this.#onJob = onJob
    this.#onCancel = onCancel
  }

  /** Makes a job. Throws a ServiceFault where the service refuses. */
  create(kind: string, wish: Wish, request: JsonObject, own: { id?: string; manifest?: string }): Job {
    const { random, rates, time } = this.#setting
    if (own.id !== undefined && this.jobs.some((job) => job.kind === kind && job.id === own.id)) {
      const { name, status } = factsOf(kind).taken!
      throw new ServiceFault(name, status)
    }
    const job: Job = {
      id: own.id ?? `job-${kind.slice(0, 4).toLowerCase()}-${this.jobs.length + 1}`,
      kind,
      wish,
      request: without(request, 'jobId', 'Id', 'tags'),
      ...(own.manifest !== undefined && { manifest: own.manifest }),
      order: this.jobs.length,
      createdAt: time.now,
      listedAt: time.now + (random.hit(rates.listLag) ? random.int(0, MARGINS.listLagMs) : 0),
      foundAt: time.now + (random.hit(rates.readLag) ? random.int(0, MARGINS.readLagMs - 1_000) : 0),
      ...(factsOf(kind).begins === 'at once' && { startedAt: time.now }),
      takesMs: random.int(2_000, random.pick([900_000, 900_000, 10_000_000])),
      succeeds: random.hit(0.85),
    }
    this.jobs.push(job)
    this.#setting.log(`service: ${kind} ${job.id} made for ${wish.who} run ${wish.run}`)
    if (job.startedAt !== undefined) this.#onJob(job)
    return job
  }

  /** Takes in the file of a job that waits. */
  upload(kind: string, id: string): void {
    const job = this.find(kind, id)
    if (!job) throw new ServiceFault('ResourceNotFoundException', 404)
    if (job.startedAt !== undefined) throw new ServiceFault('ConflictException', 409)
    job.isUploaded = true
    this.#setting.log(`service: ${kind} ${id} has its file`)
  }

  /** Starts a job that waits. */
  start(kind: string, id: string): void {
    const job = this.find(kind, id)
    if (!job) throw new ServiceFault('ResourceNotFoundException', 404)
    if (job.startedAt !== undefined) throw new ServiceFault('ConflictException', 409)
    job.startedAt = this.#setting.time.now
    this.#setting.log(`service: ${kind} ${id} started`)
    this.#onJob(job)
  }

  /** Makes a running job say something else. */
  update(kind: string, id: string, members: JsonObject): void {
    const job = this.#open(kind, id)
    job.request = { ...job.request, ...members }
    this.#setting.count('job changed')
    this.#setting.log(`service: ${kind} ${id} changed`)
  }

  /** Ends a job that is not over. */
  cancel(kind: string, id: string): void {
    const job = this.#open(kind, id)
    const { cancels } = factsOf(kind)
    if (cancels === 'until its start' && job.startedAt !== undefined) throw new ServiceFault('ConflictException', 409)
    if (cancels === 'until its transfer' && job.startedAt !== undefined)
      throw new ServiceFault('UnableToCancelJobIdException', 400)
    if (cancels === 'never') throw new ServiceFault('MethodNotAllowedException', 405)
    job.cancelledAt = this.#setting.time.now
    this.#setting.count('job cancelled')
    this.#setting.log(`service: ${kind} ${id} cancelled`)
    this.#onCancel(job)
  }

  #open(kind: string, id: string): Job {
    const job = this.find(kind, id)
    if (!job) throw new ServiceFault('ResourceNotFoundException', 404)
    if (this.statusOf(job).isOver) throw new ServiceFault('InvalidRequestException', 400)
    return job
  }

  /** The job of an ID, unless its service has forgotten it. */
  find(kind: string, id: string): Job | undefined {
    const job = this.jobs.find((one) => one.kind === kind && one.id === id)
    return job && job.foundAt <= this.#setting.time.now && !this.#isForgotten(job) ? job : undefined
  }

  /** What a list shows now. */
  listed(kind: string): Job[] {
    const { now } = this.#setting.time
    const shown = this.jobs.filter((job) => job.kind === kind && job.listedAt <= now && !this.#isForgotten(job))
    return factsOf(kind).newestFirst ? shown.reverse() : shown
  }

  /** The service's word for where a job is, and ISO times. */
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

  #isForgotten(job: Job): boolean {
    const { kept } = factsOf(job.kind)
    if (kept === undefined) return false
    // Jobs that wait for their start are kept no longer than finished ones.
    const isFromEnd = kept.from === 'end' && job.startedAt !== undefined
    const since = isFromEnd ? job.startedAt! + job.takesMs : job.createdAt
    return this.#setting.time.now > since + kept.ms
  }
}

/** The wall time of a machine, in milliseconds of the world. */
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
