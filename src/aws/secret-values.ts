import type { AwsProblem } from '../model/aws-problem.ts'
import { isReadable } from '../model/env-names.ts'
import { getValue, isObject, type JsonObject, type Pointer, splitPointer } from '../model/json.ts'
import type { Env } from './target.ts'

/** A request with its secrets in place, and their texts, which no message may repeat; or what is missing. */
export type Filled =
  | { readonly request: JsonObject; readonly secrets: readonly string[] }
  | { readonly problem: AwsProblem }

/** An environment, and the names in it that specs may read. */
export type SecretSource = { readonly env: Env; readonly envNames: readonly string[] }

/**
 * Puts the values of `{ $env: NAME }` into the members that may hold a secret. A variable that is not listed, unset or empty is a problem.
 * The list is checked here again: this is the only line that reads a secret.
 */
export function fillSecrets(request: JsonObject, members: readonly Pointer[], { env, envNames }: SecretSource): Filled {
  const secrets: string[] = []
  let filled = request
  for (const pointer of members) {
    const name = getValue(getValue(request, pointer), '/$env')
    if (typeof name !== 'string') continue
    if (!isReadable(name, envNames)) return { problem: refuseUnlisted(name, pointer) }
    const value = env[name]
    if (!value) return { problem: refuseMissing(name, pointer) }
    secrets.push(value)
    filled = replaceMember(filled, splitPointer(pointer), value)
  }
  return { request: filled, secrets }
}

function refuseUnlisted(name: string, pointer: Pointer): AwsProblem {
  const message = `${pointer.slice(1)} names the environment variable ${name}, which jobwright.yaml does not let specs read`
  return { class: 'bad-request', name: 'UnlistedVariable', message }
}

function refuseMissing(name: string, pointer: Pointer): AwsProblem {
  const message = `${pointer.slice(1)} is read from the environment variable ${name}, which is not set`
  return { class: 'bad-request', name: 'MissingVariable', message }
}

function replaceMember(value: JsonObject, [step = '', ...rest]: readonly string[], secret: string): JsonObject {
  const inner = value[step]
  return { ...value, [step]: rest.length === 0 || !isObject(inner) ? secret : replaceMember(inner, rest, secret) }
}
