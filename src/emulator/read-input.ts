import { checkShape } from './check-shape.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { type Operation, type Service, ServiceError } from './service.ts'
import type { Shape, Structure } from './shape.ts'

/** The parts of a request that may hold input. */
export type Sent = { readonly labels: JsonObject; readonly query: URLSearchParams; readonly body: string }

/**
 * Puts an operation's input together and validates it.
 * @throws ServiceError: SerializationException when the request cannot be read, the service's own validation error otherwise
 */
export function readInput(service: Service, operation: Operation, sent: Sent): JsonObject {
  const raw = service.protocol === 'query' ? readForm(operation.input, sent.body) : readRest(operation, sent)
  const { value, problems } = checkShape(operation.input, raw)
  const unreadable = problems.find(({ kind }) => kind === 'type')
  if (unreadable && service.protocol === 'rest-json') throw createUnreadableError(unreadable.text)
  if (problems.length > 0) {
    const count = problems.length === 1 ? '1 validation error' : `${problems.length} validation errors`
    const texts = problems.map(({ text }) => text).join('; ')
    const { invalid, missing = invalid } = service.errors
    const kind = problems.some((each) => each.kind === 'missing') ? missing : invalid
    throw new ServiceError(kind, `${count} detected: ${texts}`)
  }
  return value as JsonObject
}

/** The members that a request gives, not validated; where its body cannot be read, those of its path alone. */
export function peekInput(service: Service, operation: Operation, sent: Sent): JsonObject {
  try {
    return service.protocol === 'query' ? readForm(operation.input, sent.body) : readRest(operation, sent)
  } catch (error) {
    if (error instanceof ServiceError) return sent.labels
    throw error
  }
}

function readRest(operation: Operation, sent: Sent): JsonObject {
  const parameters = Object.entries(operation.query ?? {}).flatMap(([parameter, member]) => {
    const values = sent.query.getAll(parameter)
    return values.length === 0 ? [] : [[member, parseText(operation.input.members[member]!, values[0]!)]]
  })
  return { ...readJson(sent.body), ...Object.fromEntries(parameters), ...sent.labels }
}

function readJson(body: string): JsonObject {
  if (body.trim() === '') return {}
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    throw createUnreadableError('The request body is not JSON.')
  }
  if (!isObject(value)) throw createUnreadableError('The request body must be a JSON object.')
  return value
}

/** Query parameters of a form: scalars by name, lists as `jobIds.member.1`. An empty value counts as given. */
function readForm(input: Structure, body: string): JsonObject {
  const form = new URLSearchParams(body)
  const entries = Object.entries(input.members).flatMap(([name, shape]): [string, Json][] => {
    if (shape.type === 'list') {
      const items = [...form].filter(([key]) => key.startsWith(`${name}.member.`)).map(([, value]) => value)
      return items.length === 0 ? [] : [[name, items]]
    }
    const value = form.get(name)
    return value === null ? [] : [[name, parseText(shape, value)]]
  })
  return Object.fromEntries(entries)
}

/** A scalar from its text; text that is no such scalar stays text, for the validation to name. */
function parseText(shape: Shape, text: string): Json {
  if (shape.type === 'integer' || shape.type === 'number') return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
  if (shape.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return text
}

function createUnreadableError(message: string): ServiceError {
  return new ServiceError({ name: 'SerializationException', status: 400 }, message)
}
