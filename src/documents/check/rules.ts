import { isWithin, type JsonObject, type Pointer } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import type { Fault, FaultCode } from './fault.ts'

/** Faults of one value: what else the request says can still be judged. A member that is missing, unknown or of another type leads to more. */
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
 * The rules of a kind that a request breaks, but for those about what is wrong already, or about its neighbours: rules compare members of
 * one mapping. All pointers count from the request.
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
