import { isWithin, type JsonObject, type Pointer } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import type { Fault, FaultCode } from './fault.ts'

/**
 * Faults of a single value, beside which the rest of the request can still be checked. A missing, unknown or mistyped
 * member affects more.
 */
const LOCAL: readonly FaultCode[] = [
  'SPEC_LENGTH',
  'SPEC_PATTERN',
  'SPEC_RANGE',
  'SPEC_ENUM',
  'SPEC_CONST',
  'SPEC_FORMAT',
  'SPEC_ITEMS',
]

/**
 * Applies a kind's rules to a request. Rules compare members of one mapping, so they skip members with faults and their
 * siblings. Pointers start at the request.
 */
export function checkRules(request: JsonObject, model: KindModel, faults: readonly Fault[]): Fault[] {
  if (!faults.every(({ code }) => LOCAL.includes(code))) return []
  const getAbove = (pointer: Pointer): Pointer => pointer.slice(0, pointer.lastIndexOf('/'))
  const isTouching = (one: Pointer, other: Pointer): boolean =>
    isWithin(one, other) || isWithin(other, one) || getAbove(one) === getAbove(other)
  return model.request
    .check(request)
    .filter(({ pointer }) => !faults.some((fault) => isTouching(fault.pointer, pointer)))
    .map((finding) => ({ ...finding, aim: 'value' }))
}
