import { canonical, into, isObject, type Json, type JsonObject, type Pointer } from './json.ts'
import type { Difference } from './plan.ts'
import { isDigest } from './written.ts'

/**
 * The fields in which two values differ, leaves first named by pointer. Lists, and digests of long texts, are compared whole.
 * `partial`: members that `to` does not name are not compared, for reads that tell more than was asked for.
 */
export function differences(
  from: Json,
  to: Json,
  options: { partial?: boolean } = {},
  pointer: Pointer = '',
): Difference[] {
  if (isObject(from) && isObject(to) && !isDigest(from) && !isDigest(to)) return inMembers(from, to, options, pointer)
  return canonical(from) === canonical(to) ? [] : [{ pointer, from, to }]
}

function inMembers(from: JsonObject, to: JsonObject, options: { partial?: boolean }, pointer: Pointer): Difference[] {
  const members = new Set([...(options.partial ? [] : Object.keys(from)), ...Object.keys(to)])
  return [...members].sort().flatMap((member) => {
    const [before, after] = [from[member], to[member]]
    const here = into(pointer, member)
    if (before === undefined) return [{ pointer: here, to: after! }]
    if (after === undefined) return [{ pointer: here, from: before }]
    return differences(before, after, options, here)
  })
}
