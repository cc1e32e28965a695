import type { AwsProblem, ErrorClass, Outcome } from '../model/aws-problem.ts'
import { computeDigest } from '../model/digest.ts'
import { canonicalise, isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Live } from '../model/live.ts'
import type { Site } from '../model/state.ts'
import { OPERATIONS, type Operation } from './operations.ts'
import { type Sealed, seal, unseal } from './seal.ts'

/** One call that a planner asks a worker to make. It holds no secret: `$env` is resolved by the worker. */
export type Task = {
  readonly v: 1
  /** Names this task alone. An answer counts only for the task on record under it. */
  readonly nonce: string
  /** Whose task it is: project and lineage of the state, address, run, and attempt of a create. A start has attempt 0. */
  readonly project: string
  readonly lineage: string
  readonly address: string
  readonly run: number
  readonly attempt: number
  readonly kind: string
  readonly operation: Operation
  readonly site: Site
  /** The last moment to send the request, in epoch milliseconds by AWS's clock. */
  readonly deadline: number
  /** The planner that waits for the answer. */
  readonly planner: string
  /** The ID that a create asks for, or the recorded ID that a start names. */
  readonly id?: string
  readonly marker?: string
  /** Only for a create. */
  readonly request?: JsonObject
}

/** A worker's answer: how the call ended, for exactly one task. */
export type Answer = {
  readonly v: 1
  readonly nonce: string
  /** The digest of the task's body, so that an answer fits no other task. */
  readonly task: string
  readonly outcome: Outcome<Live | undefined>
}

/** Seals a task. */
export function sealTask(task: Task, key: string): Sealed {
  return seal(canonicalise(dropUndefined(task)), key, 'task')
}

/** Seals an answer to the task with this body. Only members on the allow-list leave the worker. */
export function sealAnswer(task: Task, body: string, outcome: Outcome<Live | undefined>, key: string): Sealed {
  const answer = { v: 1, nonce: task.nonce, task: computeDigest(body), outcome: pickOutcome(outcome) }
  return seal(canonicalise(dropUndefined(answer)), key, 'answer')
}

/** Reads a sealed task; undefined if its seal or its form is not ours. */
export function openTask(value: unknown, key: string): { readonly task: Task; readonly body: string } | undefined {
  const body = unseal(value, key, 'task')
  const read = body === undefined ? undefined : parse(body)
  return body !== undefined && isTask(read) ? { task: read, body } : undefined
}

/** Reads a sealed answer; undefined if its seal or its form is not ours. */
export function openAnswer(value: unknown, key: string): Answer | undefined {
  const body = unseal(value, key, 'answer')
  const read = body === undefined ? undefined : parse(body)
  return isAnswer(read) ? { ...read, outcome: pickOutcome(read.outcome) } : undefined
}

/** Returns the lane of a site and a service, as `--lanes` and people name it: `123456789012/eu-west-1/iot`. */
export function nameLane({ account, region, endpoint }: Site, service: string): string {
  return `${endpoint === undefined ? '' : `${endpoint.replace(/^https?:\/\//, '')}/`}${account}/${region}/${service}`
}

/** Returns the name of the queue of a project's lane. A task counts only in the queue that its own members name. */
export function nameQueue(project: string, lineage: string, lane: string): string {
  return `${computeDigest(canonicalise([project, lineage]), 'hex').slice(0, 16)}.${toQueueText(lane)}`
}

/** BullMQ allows no colon in the name of a queue. */
function toQueueText(lane: string): string {
  return lane.replaceAll(/[^\w./-]/g, '_')
}

/** A queue and its lane, as a planner announces them. Redis is not trusted: a worker checks each task. */
export type Announced = { readonly queue: string; readonly lane: string }

/** Writes an announcement. Its seal shows a worker with another key that it can open no task there. */
export function formatAnnounced({ queue, lane }: Announced, key: string): string {
  return JSON.stringify(seal(JSON.stringify([queue, lane]), key, 'lane'))
}

/** Reads an announcement; undefined if it has not the form of ours. Whoever wrote it may have another key. */
export function readAnnounced(text: string): Announced | undefined {
  const { body } = (parse(text) ?? {}) as { readonly body?: unknown }
  const value = typeof body === 'string' ? parse(body) : undefined
  if (!Array.isArray(value)) return undefined
  const [queue, lane] = value as unknown[]
  if (typeof queue !== 'string' || typeof lane !== 'string' || !LANE.test(lane)) return undefined
  return PROJECT.test(queue) && queue.replace(PROJECT, '') === toQueueText(lane) ? { queue, lane } : undefined
}

/** Returns whether an announcement carries the seal of a key. */
export function isAnnouncedWith(text: string, key: string): boolean {
  return unseal(parse(text), key, 'lane') !== undefined
}

const PROJECT = /^[0-9a-f]{16}\./
const LANE = /^[\w.:[\]/-]{1,300}$/

/** The members of an outcome that may leave a worker and enter a planner. */
function pickOutcome(outcome: Outcome<Live | undefined>): Outcome<Live | undefined> {
  if (outcome.is === 'done') return { is: 'done', value: outcome.value && pickLive(outcome.value) }
  const { class: kind, name, message, status, requestId, deniedAction } = outcome.problem
  return { is: outcome.is, problem: { class: kind, name, message, status, requestId, deniedAction } }
}

/** A record needs no more of the answer to a create. The request stays behind: the planner has it. */
function pickLive({ id, arn, status, createdAt, finishedAt, counts, partial }: Live): Live {
  return { id, arn, status, createdAt, finishedAt, counts, partial }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function isTask(value: unknown): value is Task {
  if (!isObject(value) || value['v'] !== 1 || !isObject(value['site'])) return false
  const { site } = value
  return (
    ['nonce', 'project', 'lineage', 'address', 'kind', 'planner'].every((name) => typeof value[name] === 'string') &&
    ['run', 'attempt', 'deadline'].every((name) => Number.isFinite(value[name])) &&
    ['partition', 'account', 'region'].every((name) => typeof (site as JsonObject)[name] === 'string') &&
    ['id', 'marker'].every((name) => value[name] === undefined || typeof value[name] === 'string') &&
    OPERATIONS.some((operation) => operation === value['operation']) &&
    (value['request'] === undefined || isObject(value['request']))
  )
}

const CLASSES: ReadonlySet<ErrorClass> = new Set<ErrorClass>([
  'bad-request',
  'auth',
  'throttle',
  'quota',
  'exists',
  'not-found',
  'conflict',
  'outage',
  'unreachable',
  'abandoned',
  'unknown',
])

function isAnswer(value: unknown): value is Answer {
  if (!isObject(value) || value['v'] !== 1 || !isObject(value['outcome'])) return false
  if (typeof value['nonce'] !== 'string' || typeof value['task'] !== 'string') return false
  const { is, value: live, problem } = value['outcome'] as JsonObject
  if (is === 'done') return live === undefined || (isObject(live) && typeof live['id'] === 'string')
  return (is === 'not-done' || is === 'unknown') && isProblem(problem)
}

function isProblem(value: unknown): value is AwsProblem & JsonObject {
  return isObject(value) && CLASSES.has(value['class'] as ErrorClass) && typeof value['message'] === 'string'
}

/** Members without a value do not exist in JSON. */
function dropUndefined(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json
}
