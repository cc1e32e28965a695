import {
  getValue,
  isObject,
  isWithin,
  type Json,
  type JsonObject,
  joinPointer,
  type Pointer,
  splitPointer,
} from '../../model/json.ts'
import { advise } from '../../model/remedy.ts'
import type { Fault, FaultCode } from './fault.ts'

/**
 * Keeps secrets out of faults. Any fault at or below a secret member becomes the fault that it must be `{ $env: NAME
 * }`. Faults around it quote nothing.
 */
export function guardSecrets(
  request: JsonObject,
  secrets: readonly Pointer[],
  faults: readonly Fault[],
): readonly Fault[] {
  if (secrets.length === 0) return faults
  const members = secrets.flatMap((pointer) => listSpellings(request, pointer))
  const open = members.filter((pointer) => {
    const value = getValue(request, pointer)
    if (value === undefined) return false
    return !secrets.includes(pointer) || !isReference(value) || faults.some((one) => isWithin(one.pointer, pointer))
  })
  const others = faults.filter((one) => !members.some((secret) => isWithin(one.pointer, secret)))
  return [
    ...others.map((one) => dropQuotes(one, secrets)),
    ...open.map((pointer) => createSecretFault(pointer, secrets)),
  ]
}

/**
 * The pointers of a secret member in every spelling that differs only in case. Where any member is allowed, `PinCode`
 * would otherwise be stored.
 */
function listSpellings(request: JsonObject, pointer: Pointer): Pointer[] {
  const around = pointer.slice(0, pointer.lastIndexOf('/'))
  const mapping = getValue(request, around)
  if (!isObject(mapping)) return [pointer]
  const lower = pointer.toLowerCase()
  return Object.keys(mapping)
    .map((member) => joinPointer(around, member))
    .filter((one) => one.toLowerCase() === lower)
}

function isReference(value: Json): boolean {
  return isObject(value) && typeof value['$env'] === 'string' && Object.keys(value).length === 1
}

/** Faults about a length or a count, which quote nothing. */
const COUNTS: readonly FaultCode[] = ['SPEC_LENGTH', 'SPEC_ITEMS']

/** A fault in place of the mapping around a secret must not quote its text: it may hold the secret. */
function dropQuotes(fault: Fault, secrets: readonly Pointer[]): Fault {
  if (fault.aim === 'key' || COUNTS.includes(fault.code) || !secrets.some((secret) => isWithin(secret, fault.pointer)))
    return fault
  return {
    ...fault,
    message: `${splitPointer(fault.pointer).at(-1) ?? 'it'} has the wrong type`,
    remedies: [advise('write its members below it, each as "name: value"')],
  }
}

function createSecretFault(pointer: Pointer, secrets: readonly Pointer[]): Fault {
  const member = splitPointer(pointer).at(-1) ?? ''
  const exact = secrets.find((one) => one.toLowerCase() === pointer.toLowerCase()) ?? pointer
  return {
    code: 'SPEC_SECRET',
    pointer,
    aim: 'key',
    message: `${member} is a secret and must not be in a spec`,
    remedies: [
      advise(`write ${splitPointer(exact).at(-1)}: { $env: NAME }, with a name of capital letters, digits and _`),
      advise('replace a value that was committed'),
    ],
  }
}
