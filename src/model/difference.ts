import { isObject, isSameJson, type Json, type JsonObject, joinPointer, type Pointer } from './json.ts'
import type { Difference } from './plan.ts'
import { isDigest } from './write-documents.ts'

/**
 * Returns the fields in which two values differ, each with its pointer. Lists, and digests of long texts, are compared
 * whole. `partial`: skips members that `to` does not name, for reads that return more than was asked for.
 */
export function findDifferences(
  from: Json,
  to: Json,
  options: { partial?: boolean } = {},
  pointer: Pointer = '',
): Difference[] {
  if (isObject(from) && isObject(to) && !isDigest(from) && !isDigest(to))
    return compareMembers(from, to, options, pointer)
  return isSameJson(from, to) ? [] : [{ pointer, from, to }]
}

function compareMembers(
  from: JsonObject,
  to: JsonObject,
  options: { partial?: boolean },
  pointer: Pointer,
): Difference[] {
  const members = new Set([...(options.partial ? [] : Object.keys(from)), ...Object.keys(to)])
  return [...members].sort().flatMap((member) => {
    const [before, after] = [from[member], to[member]]
    const here = joinPointer(pointer, member)
    if (before === undefined) return [{ pointer: here, to: after! }]
    if (after === undefined) return [{ pointer: here, from: before }]
    return findDifferences(before, after, options, here)
  })
}
