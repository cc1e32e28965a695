import { text } from 'node:stream/consumers'
import { HttpRequest, HttpResponse } from '@smithy/core/protocols'
import type { BuildMiddleware, DeserializeMiddleware, Pluggable } from '@smithy/types'
import { isObject, type JsonObject } from '../model/json.ts'

/*
 * A client of the SDK keeps to the API as it was when the client was made: it drops members that it does not know, of requests and of
 * answers, and says nothing. These middlewares put such members back, so that a spec may use what AWS has added since.
 */

/** What of a command this needs. */
// biome-ignore lint/suspicious/noExplicitAny: every command is taken, whatever its input and output are
type Stacked = { readonly middlewareStack: { use(plugin: Pluggable<any, any>): void } }

/**
 * The command, which sends `body` whole: what the client did not write into the request's body is added before the request is signed. What
 * it did write stays as it wrote it. `body` has the member names of the wire.
 */
export function sendWhole<Command extends Stacked>(command: Command, body: JsonObject): Command {
  const add: BuildMiddleware<object, object> = (next) => (args) => {
    const { request } = args
    if (!HttpRequest.isInstance(request)) return next(args)
    const known: unknown = request.body ? JSON.parse(readText(request.body)) : {}
    const whole = fillMissing(known, body)
    if (whole === known) return next(args)
    // The length is that of the old body, where one stands there already; the client fills in what is missing.
    const { 'content-length': _length, ...headers } = request.headers
    const filled = HttpRequest.clone(request)
    filled.headers = { 'content-type': 'application/json', ...headers }
    filled.body = JSON.stringify(whole)
    return next({ ...args, request: filled })
  }
  command.middlewareStack.use({
    applyToStack: (stack) => stack.add(add, { step: 'build', name: 'jobwrightSendWhole', priority: 'high' }),
  })
  return command
}

/** The command, whose answer holds every member that AWS sent: those that the client does not know as they came, in JSON. */
export function receiveWhole<Command extends Stacked>(command: Command): Command {
  let sent: unknown
  // Next to the network: what the client then reads is read here first.
  const keep: DeserializeMiddleware<object, object> = (next) => async (args) => {
    const result = await next(args)
    const { response } = result
    if (!HttpResponse.isInstance(response) || response.statusCode >= 300) return result
    const bytes = new TextEncoder().encode(await text(response.body))
    sent = parseJson(bytes)
    const { statusCode, headers, reason } = response
    return { ...result, response: new HttpResponse({ statusCode, headers, reason, body: bytes }) }
  }
  const add: DeserializeMiddleware<object, object> = (next) => async (args) => {
    const result = await next(args)
    return { ...result, output: fillMissing(result.output, sent) as object }
  }
  command.middlewareStack.use({
    applyToStack: (stack) => {
      stack.add(keep, { step: 'deserialize', name: 'jobwrightKeepAnswer', priority: 'low' })
      stack.add(add, { step: 'deserialize', name: 'jobwrightReceiveWhole', priority: 'high' })
    },
  })
  return command
}

/** A value with the members of another that it lacks, at every depth; the same value where it lacks none. Lists go item by item. */
export function fillMissing(known: unknown, whole: unknown): unknown {
  if (Array.isArray(known) && Array.isArray(whole)) {
    if (known.length !== whole.length) return known
    const items = known.map((item, index) => fillMissing(item, whole[index]))
    return items.every((item, index) => item === known[index]) ? known : items
  }
  if (!isPlain(known) || !isPlain(whole)) return known
  const added = Object.entries(whole).flatMap(([member, value]) => {
    if (value === undefined || value === null) return []
    const own = Object.hasOwn(known, member) ? known[member] : undefined
    const full = own === undefined ? value : fillMissing(own, value)
    return full === own ? [] : [[member, full] as const]
  })
  return added.length === 0 ? known : { ...known, ...Object.fromEntries(added) }
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && !(value instanceof Date)
}

function readText(body: unknown): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array)
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    // The client says what is wrong with it.
    return undefined
  }
}
