import type { Config } from '../../model/config.ts'
import { findRefusedFamily, isEnvName, isReadable } from '../../model/env-names.ts'
import { getValue, type Json, type JsonObject, joinPointer } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import { advise } from '../../model/remedy.ts'
import { suggestClosest } from '../hints/suggest.ts'
import type { Fault } from './fault.ts'

/** Faults of a request that reads an environment variable which jobwright.yaml does not list. Pointers count from the document. */
export function checkEnv(request: JsonObject, { request: { secrets } }: KindModel, { env = [] }: Config): Fault[] {
  return secrets.flatMap((secret) => {
    const pointer = joinPointer(secret, '$env')
    const name = getValue(request, pointer)
    // A name of another form is reported as a secret that stands in the spec, and is not quoted.
    if (typeof name !== 'string' || !isEnvName(name) || isReadable(name, env)) return []
    return [
      findRefusedFamily(name) === undefined
        ? createUnlisted(name, `/spec${pointer}`, env)
        : createRefused(name, `/spec${pointer}`),
    ]
  })
}

/** Faults of the list `env` of jobwright.yaml: no line of it can open the credentials of the machine to specs. */
export function checkEnvList(value: JsonObject): Fault[] {
  const names = value['env']
  if (!Array.isArray(names)) return []
  return (names as Json[]).flatMap((name, index) =>
    typeof name === 'string' && findRefusedFamily(name) !== undefined
      ? [createRefused(name, joinPointer('/env', String(index)))]
      : [],
  )
}

function createUnlisted(name: string, pointer: string, env: readonly string[]): Fault {
  return {
    code: 'SPEC_VARIABLE',
    pointer,
    aim: 'value',
    message: `jobwright.yaml does not list the environment variable ${name}`,
    remedies: [
      ...suggestClosest(name, env),
      advise(
        `to let specs read it, write this line in jobwright.yaml and have it reviewed: env: [${[...env, name].join(', ')}]`,
      ),
    ],
  }
}

function createRefused(name: string, pointer: string): Fault {
  return {
    code: 'SPEC_VARIABLE',
    pointer,
    aim: 'value',
    message: `no spec may read ${name}: variables that begin with ${findRefusedFamily(name)} hold credentials`,
    remedies: [
      advise(
        'store the secret in a variable with a name of its own, such as DISK_PIN, and list that name under env in jobwright.yaml',
      ),
    ],
  }
}
