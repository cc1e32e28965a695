import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { createErrorResponse, createResultResponse, type Response } from './answer.ts'
import type { Calls } from './calls.ts'
import { type Clock, second } from './clock.ts'
import { type Caller, createDenied, createExpired, findPartition, readCaller, readPlace } from './credential.ts'
import { type CallFaults, type FaultName, type Faults, faultTable } from './faults.ts'
import type { Ids } from './ids.ts'
import type { Json, JsonObject } from './json.ts'
import type { Limits } from './limits.ts'
import type { Rates } from './rates.ts'
import { peekInput, readInput, type Sent } from './read-input.ts'
import { findRoute, type Route } from './route.ts'
import type { Buckets } from './s3/buckets.ts'
import { type Context, type Operation, type Service, ServiceError } from './service.ts'
import { openJobs } from './shelf.ts'
import { checkSignature, computeSignatureAge } from './signature.ts'
import type { Store } from './store.ts'

/** All parts of a running emulator except its socket. */
export type World = {
  readonly services: readonly Service[]
  readonly store: Store
  readonly buckets: Buckets
  readonly ids: Ids
  readonly faults: Faults
  readonly calls: Calls
  readonly rates: Rates
  readonly account: string
  /** How long a new job's tags stay invisible, in virtual milliseconds. */
  readonly tagLagMs: number
  limits: Limits
  url: string
}

/** A request, as the server read it. */
export type Request = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly authorization: string | undefined
  /** The header x-amz-date: the time of signing, by the caller's clock. */
  readonly signedAt: string | undefined
  readonly body: string
}

/** What a caller gets: an answer, one whose body is cut off half way, or none. */
export type Answer = Response | { readonly cut: Response } | 'drop'

/** Answers a call of a service, after any delay by a fault. */
export async function dispatch(world: World, request: Request): Promise<Answer> {
  const form = new URLSearchParams(request.path === '/' ? request.body : '')
  const route = findRoute(world.services, request.method, request.path, form)
  const requestId = randomUUID()
  if (!route?.operation) return createUnknownOperation(world, route, request.path, requestId)
  const { service, operation } = route
  if (!world.rates.take(world.limits.rates, service.name, operation.name, readPlace(request.authorization))) {
    world.calls.add(service.name, operation.name, service.errors.throttle.name)
    return createFaultResponse(service, 'throttle', requestId)
  }
  const sent: Sent = { labels: route.labels, query: request.query, body: request.body }
  let given: JsonObject | undefined
  const strike = world.faults.strike({
    service: service.name,
    operation: operation.name,
    lists: operation.lists === true,
    readsTags: operation.readsTags === true,
    gives: (member) => {
      given ??= peekInput(service, operation, sent)
      return isGiven(given[member])
    },
  })
  const { clock } = world.store
  const ageMs = computeSignatureAge(request.signedAt, clock)
  const call: Call = { service, operation, sent, request, requestId, strike, ageMs, heldMs: computeHold(clock, strike) }
  if (strike.delayMs === 0 && strike.lateSeconds === 0) return finishCall(world, call)
  const later = finishLater(world, strike, () => finishCall(world, call))
  if (strike.fault !== 'drop-response') return later
  // The caller has left, but a bug of the emulator must still show.
  later.catch((error: unknown) => process.emitWarning(error as Error))
  return 'drop'
}

/** A call inside the emulator. */
type Call = {
  readonly service: Service
  readonly operation: Operation
  readonly sent: Sent
  readonly request: Request
  readonly requestId: string
  readonly strike: CallFaults
  /** The age of its signature on arrival. */
  readonly ageMs: number
  /** How long it has been delayed so far. */
  heldMs(): number
}

function isGiven(value: Json | undefined): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)
}

/** Finishes a call after its delay. Stopping the emulator does not wait for it. */
export async function finishLater(
  world: World,
  { delayMs, lateSeconds }: CallFaults,
  finish: () => Answer,
): Promise<Answer> {
  const { clock } = world.store
  if (delayMs > 0) await wait(delayMs, undefined, { ref: false })
  return new Promise((resolve, reject) => {
    // This is inside the callback, so that the call runs at its own time even if `advance` goes further.
    clock.at(clock.now() + lateSeconds * second, () => {
      try {
        resolve(finish())
      } catch (error) {
        reject(error as Error)
      }
    })
  })
}

/** Measures the delay of a call in real time. Adds any `advance`. The delay is at least as long as its faults say. */
function computeHold(clock: Clock, { delayMs, lateSeconds }: CallFaults): () => number {
  if (delayMs + lateSeconds === 0) return () => 0
  const [real, advanced] = [performance.now(), clock.advanced()]
  return () => Math.max(performance.now() - real + clock.advanced() - advanced, delayMs + lateSeconds * second)
}

function finishCall(world: World, call: Call): Answer {
  const { service, operation, requestId, strike } = call
  const { fault } = strike
  const effect = fault && faultTable[fault]
  const once = () => execute(world, call)
  if (effect?.answer === 'second') once()
  const isRefused = effect?.answer === 'denied' || effect?.answer === 'expired'
  const result = effect?.execute === false && !isRefused ? undefined : once()
  world.calls.add(service.name, operation.name, fault ?? result?.outcome ?? 'ok')
  if (effect?.answer === 'drop') return 'drop'
  if (effect?.answer === 'cut' && result) return { cut: result.response }
  const isAnswered = effect === undefined || effect.answer === 'second' || isRefused
  return isAnswered && result ? result.response : createFaultResponse(service, fault, requestId)
}

function execute(world: World, call: Call): { response: Response; outcome: string } {
  const { service, operation, sent, request, requestId, strike } = call
  try {
    const caller = readCaller(service, operation.name, request.authorization)
    checkSignature(service, request, call.ageMs + call.heldMs(), world.limits.signatureSeconds)
    const context = createContext(world, service, caller, strike)
    if (strike.fault === 'deny') throw createDeniedCall(call, context)
    if (strike.fault === 'expire') throw createExpired(service)
    const result = operation.run(context, readInput(service, operation, sent))
    return { response: createResultResponse(service, operation.name, result, requestId), outcome: 'ok' }
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    return { response: createErrorResponse(service, error, requestId), outcome: error.name }
  }
}

function createDeniedCall({ service, operation, sent, strike }: Call, context: Context): ServiceError {
  const action = strike.when === undefined ? undefined : operation.actions?.[strike.when]
  return createDenied(service, context, action ?? operation.name, peekInput(service, operation, sent))
}

function createContext(world: World, service: Service, caller: Caller, strike: CallFaults): Context {
  const { store, limits, ids, url } = world
  const { region, account = world.account } = caller
  const now = store.clock.now()
  const place = { service: service.name, account, region }
  const jobs = openJobs(store, service, place, now, strike.lagSeconds * second)
  const tagLagMs = Math.max(world.tagLagMs, strike.tagLagSeconds * second)
  const timeScale = world.store.clock.scale
  return { now, timeScale, account, region, partition: findPartition(region), url, limits, ids, jobs, tagLagMs }
}

function createFaultResponse(service: Service, fault: FaultName | undefined, requestId: string): Response {
  const throttled = fault === 'throttle'
  const kind = throttled ? service.errors.throttle : service.errors.internal
  const message = throttled ? 'Rate exceeded' : 'The request could not be processed because of an internal error.'
  return createErrorResponse(service, new ServiceError(kind, message), requestId)
}

function createUnknownOperation(world: World, route: Route | undefined, path: string, requestId: string): Response {
  const query = path === '/'
  const name = query ? 'InvalidAction' : 'UnknownOperationException'
  world.calls.add(route?.service.name ?? 'unknown', 'unknown', name)
  const protocol = query ? 'query' : 'rest-json'
  const service = route?.service ?? { protocol, messageMember: 'message' as const }
  const error = new ServiceError({ name, status: query ? 400 : 404 }, 'There is no such operation.')
  return createErrorResponse(service, error, requestId)
}
