import { stringify } from 'yaml'
import {
  getValue,
  isObject,
  type Json,
  type JsonObject,
  joinPointer,
  type Pointer,
  splitPointer,
} from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import { advise, suggest } from '../../model/remedy.ts'
import type { Fault } from './fault.ts'

/** A request with this many empty texts is an AWS CLI skeleton, not a mistake. */
const EMPTY_MIN = 3

/** Each round removes at least one mapping. */
const ROUNDS_MAX = 50

/**
 * Reports the faults of a request pasted from `aws ... --generate-cli-skeleton`. One fault asks to remove all empty
 * members; the rest are faults of the remaining request. Returns undefined for any other request.
 * @param known the faults of the request as it is
 * @param check returns the faults of a request by its schema
 */
export function checkSkeleton(
  request: JsonObject,
  { kind, request: { documents } }: KindModel,
  known: readonly Fault[],
  check: (request: JsonObject) => readonly Fault[],
): Fault[] | undefined {
  const empty = emptyTexts(request, '', documents)
  const [first] = empty
  if (first === undefined || empty.length < EMPTY_MIN) return undefined
  // Some texts may be empty, such as the values of tags.
  const wrong = empty.filter((pointer) => known.some((fault) => fault.pointer === pointer))
  if (wrong.length < EMPTY_MIN && empty.length * 2 < countLeaves(request, '', documents)) return undefined
  let remains = pickFilled(request, '', documents) ?? {}
  let faults = check(remains)
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    // A mapping left incomplete without its empty members was not filled in on purpose.
    const wanting = faults.find(
      ({ pointer }) => splitPointer(pointer).length > 1 && getValue(request, pointer) !== undefined,
    )
    if (wanting === undefined) break
    remains =
      pickFilled(removeMember(remains, splitPointer(getParent(wanting.pointer))) as JsonObject, '', documents) ?? {}
    faults = check(remains)
  }
  const text = stringify(remains, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd()
  const fault: Fault = {
    code: 'SPEC_SKELETON',
    pointer: first,
    aim: 'key',
    message: `${empty.length} members are empty, as in a skeleton of the AWS CLI: remove the empty ones`,
    remedies: [
      advise(Object.keys(remains).length === 0 ? 'nothing remains then' : `without them: ${text}`),
      suggest('or start with the required members', 'new', kind, 'NAME'),
    ],
  }
  return [fault, ...faults]
}

/** Pointers of all empty texts outside free documents. */
function emptyTexts(value: Json, pointer: Pointer, documents: readonly Pointer[]): Pointer[] {
  if (value === '') return [pointer]
  if (documents.includes(pointer) || typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([step, inner]) =>
    emptyTexts(inner as Json, joinPointer(pointer, step), documents),
  )
}

function countLeaves(value: Json, pointer: Pointer, documents: readonly Pointer[]): number {
  if (documents.includes(pointer) || typeof value !== 'object' || value === null) return 1
  return Object.entries(value).reduce(
    (sum, [step, inner]) => sum + countLeaves(inner as Json, joinPointer(pointer, step), documents),
    0,
  )
}

/** Drops empty texts, zeros, and mappings that become empty. Undefined if nothing is left. */
function pickFilled<Value extends Json>(
  value: Value,
  pointer: Pointer,
  documents: readonly Pointer[],
): Value | undefined {
  if (value === '' || value === 0 || value === null) return undefined
  if (typeof value !== 'object' || documents.includes(pointer)) return value
  const inner = Object.entries(value).flatMap(([step, one]) => {
    const kept = pickFilled(one as Json, joinPointer(pointer, step), documents)
    return kept === undefined ? [] : [[step, kept] as const]
  })
  if (inner.length === 0) return undefined
  return (Array.isArray(value) ? inner.map(([, one]) => one) : Object.fromEntries(inner)) as unknown as Value
}

/** The mapping or list that holds a pointer's value. */
function getParent(pointer: Pointer): Pointer {
  return pointer.slice(0, pointer.lastIndexOf('/'))
}

function removeMember(value: Json, [step, ...rest]: readonly string[]): Json {
  if (step === undefined || typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).flatMap(([name, inner]): [string, Json][] => {
    if (name !== step) return [[name, inner as Json]]
    return rest.length === 0 ? [] : [[name, removeMember(inner as Json, rest)]]
  })
  return isObject(value) ? Object.fromEntries(entries) : entries.map(([, inner]) => inner)
}
