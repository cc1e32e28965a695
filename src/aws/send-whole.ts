import { text } from 'node:stream/consumers'
import { HttpRequest, HttpResponse } from '@smithy/core/protocols'
import type { BuildMiddleware, DeserializeMiddleware, Pluggable } from '@smithy/types'
import { isObject, type JsonObject } from '../model/json.ts'

/*
 * An SDK client knows the API of its release and silently drops unknown members of requests and answers. These
 * middlewares restore them, so that a spec may use newer members.
 */

/** What this needs of a command. */
// biome-ignore lint/suspicious/noExplicitAny: every command is taken, whatever its input and output are
type Stacked = { readonly middlewareStack: { use(plugin: Pluggable<any, any>): void } }

/**
 * Makes a command send all of `body`. Members that the client did not write are added before signing; those it wrote
 * stay unchanged. `body` uses the wire's member names.
 */
export function sendWhole<Command extends Stacked>(command: Command, body: JsonObject): Command {
  const add: BuildMiddleware<object, object> = (next) => (args) => {
    const { request } = args
    if (!HttpRequest.isInstance(request)) return next(args)
    const known: unknown = request.body ? JSON.parse(readText(request.body)) : {}
    const whole = fillMissing(known, body)
    if (whole === known) return next(args)
    // Drops the length of the old body; the client fills in the new one.
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

/**
 * Makes a command's answer hold every member that AWS sent. Members that the client does not know stay as they came, in
 * JSON.
 */
export function receiveWhole<Command extends Stacked>(command: Command): Command {
  let sent: unknown
  // Next to the network, so that the answer is read here before the client reads it.
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

/**
 * Adds missing members to a value from another, at every depth. Returns the same value if none are missing. Lists are
 * filled item by item.
 */
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
    // The client reports the error itself.
    return undefined
  }
}
