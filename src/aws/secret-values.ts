import type { AwsProblem } from '../model/aws-problem.ts'
import { at, isObject, type JsonObject, type Pointer, steps } from '../model/json.ts'
import type { Env } from './target.ts'

/** A request with its secrets in place, and their texts, which no message may repeat; or what is missing. */
export type Filled =
  | { readonly request: JsonObject; readonly secrets: readonly string[] }
  | { readonly problem: AwsProblem }

/** Puts the values of `{ $env: NAME }` into the members that may hold a secret. An unset or empty variable is a problem. */
export function fillSecrets(request: JsonObject, members: readonly Pointer[], env: Env): Filled {
  const secrets: string[] = []
  let filled = request
  for (const pointer of members) {
    const name = at(at(request, pointer), '/$env')
    if (typeof name !== 'string') continue
    const value = env[name]
    if (!value) return { problem: missing(name, pointer) }
    secrets.push(value)
    filled = replaced(filled, steps(pointer), value)
  }
  return { request: filled, secrets }
}

function missing(name: string, pointer: Pointer): AwsProblem {
  const message = `${pointer.slice(1)} is read from the environment variable ${name}, which is not set`
  return { class: 'bad-request', name: 'MissingVariable', message }
}

function replaced(value: JsonObject, [step = '', ...rest]: readonly string[], secret: string): JsonObject {
  const inner = value[step]
  return { ...value, [step]: rest.length === 0 || !isObject(inner) ? secret : replaced(inner, rest, secret) }
}
