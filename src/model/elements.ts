import { findDifferences } from './difference.ts'
import { canonicalise, getValue, isObject, type Json, type JsonObject, joinPointer, type Pointer } from './json.ts'
import { type Difference, getChanges, type Planned } from './plan.ts'

/**
 * Splits differences of whole lists and JSON texts into their elements. A pointer leads to the element in the request
 * as written. Its lists may have another order than the compared ones. An item that only `from` has gets the pointer of
 * its list.
 */
export function listElements(changes: readonly Difference[], written: JsonObject = {}): Difference[] {
  return changes.flatMap((change) => splitDifference(change, written))
}

/** Returns in which elements the spec of a line differs; undefined if it was not compared. */
export function getElements(planned: Planned): readonly Difference[] | undefined {
  const changes = getChanges(planned)
  return planned.elements ?? (changes && listElements(changes, planned.spec?.request))
}

function splitDifference(change: Difference, written: JsonObject): Difference[] {
  const { pointer, from, to } = change
  if (Array.isArray(from) && Array.isArray(to)) return splitLists(pointer, from, to, written)
  const [before, after] = [parseContainer(from), parseContainer(to)]
  if (before === undefined || after === undefined) return [change]
  const inner = findDifferences(before, after, {}, pointer)
  return inner.length === 0 ? [change] : listElements(inner, written)
}

/** Parses a JSON text of a mapping or a list. Undefined for any other value. */
function parseContainer(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return undefined
  try {
    return JSON.parse(value) as Json
  } catch {
    return undefined
  }
}

function splitLists(pointer: Pointer, from: readonly Json[], to: readonly Json[], written: JsonObject): Difference[] {
  const added = subtractItems(to, from)
  const removed = subtractItems(from, to)
  // Only the order differs.
  if (added.length + removed.length === 0) {
    return to.flatMap((item, index) => findDifferences(from[index]!, item, {}, joinPointer(pointer, index)))
  }
  const left = [...removed]
  const places = findPlaces(added, getValue(written, pointer), to)
  const here = added.flatMap((item, index): Difference[] => {
    const place = joinPointer(pointer, places[index]!)
    const before = takeNearest(left, item)
    return before === undefined ? [{ pointer: place, to: item }] : splitItem(place, before, item, written)
  })
  return [...here, ...left.map((item) => ({ pointer, from: item }))]
}

function splitItem(pointer: Pointer, from: Json, to: Json, written: JsonObject): Difference[] {
  return isObject(from) && isObject(to)
    ? listElements(findDifferences(from, to, {}, pointer), written)
    : [{ pointer, from, to }]
}

/** Returns the items that another list does not have, or not as often. */
function subtractItems(items: readonly Json[], others: readonly Json[]): Json[] {
  const left = new Map<string, number>()
  for (const other of others) {
    const key = canonicalise(other)
    left.set(key, (left.get(key) ?? 0) + 1)
  }
  return items.filter((item) => {
    const key = canonicalise(item)
    const count = left.get(key) ?? 0
    left.set(key, count - 1)
    return count <= 0
  })
}

/** Returns the index of each item in the list as written. Defaults that were filled in are not written. */
function findPlaces(items: readonly Json[], written: Json | undefined, normal: readonly Json[]): number[] {
  const list = Array.isArray(written) ? written : normal
  const taken = new Set<number>()
  return items.map((item) => {
    const index = list.findIndex((one: Json, at: number) => !taken.has(at) && isPart(one, item))
    const place = index < 0 ? normal.indexOf(item) : index
    taken.add(place)
    return place
  })
}

function isPart(written: Json, normal: Json): boolean {
  if (!isObject(written) || !isObject(normal)) return canonicalise(written) === canonicalise(normal)
  return Object.entries(written).every(([member, value]) => isPart(value, normal[member] ?? null))
}

/** Takes the item that shares the most members with another one out of a list. Other values are taken in order. */
function takeNearest(items: Json[], item: Json): Json | undefined {
  if (items.length === 0) return undefined
  const shared = items.map((one) => countShared(one, item))
  const [nearest] = items.splice(shared.indexOf(Math.max(...shared)), 1)
  return nearest
}

function countShared(one: Json, other: Json): number {
  if (!isObject(one) || !isObject(other)) return 0
  return Object.entries(one).filter(
    ([member, value]) => other[member] !== undefined && canonicalise(other[member]) === canonicalise(value),
  ).length
}
