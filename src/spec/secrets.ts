import { at, isObject, type Json, type JsonObject, type Pointer, steps } from '../model/json.ts'
import type { Fault } from './faults.ts'

/**
 * Faults of a request in which no secret is quoted: whatever is wrong at or below a secret member becomes the one fault that it must be
 * `{ $env: NAME }`, and what stands around it is not quoted.
 */
export function guardSecrets(request: JsonObject, secrets: readonly Pointer[], faults: readonly Fault[]): Fault[] {
  const open = secrets.filter((pointer) => {
    const value = at(request, pointer)
    return value !== undefined && (!isReference(value) || faults.some((one) => isWithin(one.pointer, pointer)))
  })
  const others = faults.filter((one) => !secrets.some((secret) => isWithin(one.pointer, secret)))
  return [...others.map((one) => unquoted(one, secrets)), ...open.map(secretFault)]
}

function isReference(value: Json): boolean {
  return isObject(value) && typeof value['$env'] === 'string' && Object.keys(value).length === 1
}

function isWithin(pointer: Pointer, outer: Pointer): boolean {
  return pointer === outer || pointer.startsWith(`${outer}/`)
}

/** A fault of what should be the mapping around a secret must not quote it: the secret may be in its text. */
function unquoted(fault: Fault, secrets: readonly Pointer[]): Fault {
  if (fault.aim === 'key' || !secrets.some((secret) => isWithin(secret, fault.pointer))) return fault
  return { ...fault, message: `${steps(fault.pointer).at(-1) ?? 'it'} is not of the type that is due` }
}

function secretFault(pointer: Pointer): Fault {
  const member = steps(pointer).at(-1) ?? ''
  return {
    code: 'SPEC_SECRET',
    pointer,
    aim: 'key',
    message: `${member} is a secret and must not stand in a spec`,
    hint: `write ${member}: { $env: NAME }, with a name of capital letters, digits and _; replace a value that was committed`,
  }
}
