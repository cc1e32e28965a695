import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { errorResponse, type Response, resultResponse } from './answer.ts'
import type { Calls } from './calls.ts'
import { second } from './clock.ts'
import { type Caller, expiredSignature, partitionOf, readCaller } from './credential.ts'
import { type FaultName, type Faults, faultTable, type Strike } from './faults.ts'
import type { Ids } from './ids.ts'
import type { Limits } from './limits.ts'
import type { Rates } from './rates.ts'
import { readInput, type Sent } from './read-input.ts'
import { findRoute, type Route } from './route.ts'
import { type Context, type Operation, type Service, ServiceError } from './service.ts'
import { openJobs } from './shelf.ts'
import type { Store } from './store.ts'

/** Everything that a running emulator consists of, but for its socket. */
export type World = {
  readonly services: readonly Service[]
  readonly store: Store
  readonly ids: Ids
  readonly faults: Faults
  readonly calls: Calls
  readonly rates: Rates
  readonly account: string
  limits: Limits
  url: string
}

/** A request as the server read it. */
export type Request = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly authorization: string | undefined
  readonly body: string
}

/** What a caller gets: an answer, one whose body is cut off half way, or none at all. */
export type Answer = Response | { readonly cut: Response } | 'drop'

/** Answers a call of a service, after as long as a fault holds it back. */
export async function dispatch(world: World, request: Request): Promise<Answer> {
  const form = new URLSearchParams(request.path === '/' ? request.body : '')
  const route = findRoute(world.services, request.method, request.path, form)
  const requestId = randomUUID()
  if (!route?.operation) return unknownOperation(world, route, request.path, requestId)
  const { service, operation } = route
  if (!world.rates.take(world.limits.rates, service.name, operation.name)) {
    world.calls.add(service.name, operation.name, service.errors.throttle.name)
    return faultResponse(service, 'throttle', requestId)
  }
  const call = { service: service.name, operation: operation.name, lists: operation.lists === true }
  const strike = world.faults.strike(call)
  const { fault, delayMs } = strike
  const finish = () => finished(world, { ...route, operation }, request, requestId, strike)
  if (delayMs === 0) return finish()
  // Whoever stops the emulator does not wait for late packets.
  const later = wait(delayMs, undefined, { ref: false }).then(finish)
  return fault === 'drop-response' ? 'drop' : later
}

function finished(
  world: World,
  route: Route & { operation: Operation },
  request: Request,
  requestId: string,
  strike: Strike,
): Answer {
  const { service, operation } = route
  const { fault } = strike
  const effect = fault && faultTable[fault]
  const once = () => execute(world, route, request, requestId, strike)
  if (effect?.answer === 'second') once()
  const result = effect?.execute === false ? undefined : once()
  world.calls.add(service.name, operation.name, fault ?? result?.outcome ?? 'ok')
  if (effect?.answer === 'drop') return 'drop'
  if (effect?.answer === 'cut' && result) return { cut: result.response }
  const isAnswered = effect === undefined || effect.answer === 'second'
  return isAnswered && result ? result.response : faultResponse(service, fault, requestId)
}

function execute(
  world: World,
  { service, operation, labels }: Route & { operation: Operation },
  request: Request,
  requestId: string,
  { delayMs, lagSeconds }: Strike,
): { response: Response; outcome: string } {
  try {
    if (delayMs > world.limits.signatureSeconds * second) throw expiredSignature(service)
    const caller = readCaller(service, operation.name, request.authorization)
    const sent: Sent = { labels, query: request.query, body: request.body }
    const input = readInput(service, operation, sent)
    const result = operation.run(contextOf(world, service, caller, lagSeconds * second), input)
    return { response: resultResponse(service, operation.name, result, requestId), outcome: 'ok' }
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    return { response: errorResponse(service, error, requestId), outcome: error.name }
  }
}

function contextOf(world: World, service: Service, caller: Caller, lagMs: number): Context {
  const { store, limits, ids, url } = world
  const { region, account = world.account } = caller
  const now = store.clock.now()
  const place = { service: service.name, account, region }
  const jobs = openJobs(store, service, place, now, lagMs)
  return { now, account, region, partition: partitionOf(region), url, limits, ids, jobs }
}

function faultResponse(service: Service, fault: FaultName | undefined, requestId: string): Response {
  const throttled = fault === 'throttle'
  const kind = throttled ? service.errors.throttle : service.errors.internal
  const message = throttled ? 'Rate exceeded' : 'The request could not be processed because of an internal error.'
  return errorResponse(service, new ServiceError(kind, message), requestId)
}

function unknownOperation(world: World, route: Route | undefined, path: string, requestId: string): Response {
  const query = path === '/'
  const name = query ? 'InvalidAction' : 'UnknownOperationException'
  world.calls.add(route?.service.name ?? 'unknown', 'unknown', name)
  const protocol = query ? 'query' : 'rest-json'
  const service = route?.service ?? { protocol, messageMember: 'message' as const }
  const error = new ServiceError({ name, status: query ? 400 : 404 }, 'There is no such operation.')
  return errorResponse(service, error, requestId)
}
