import { canonicalise, isObject, type Json, type JsonObject } from '../model/json.ts'

/** A list in canonical order, for members that AWS treats as a set. Anything else is returned as it is. */
export function toSet(value: Json | undefined): Json | undefined {
  return Array.isArray(value) ? [...value].sort((a, b) => (canonicalise(a) < canonicalise(b) ? -1 : 1)) : value
}

/** A time in any accepted form as ISO 8601 in UTC; other text is returned as it is. Digits alone are epoch seconds. */
export function toInstant(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return value
  const ms = parseInstant(value)
  return Number.isNaN(ms) ? value : new Date(ms).toISOString()
}

/** Epoch milliseconds of an ISO 8601 text or of epoch seconds; NaN for anything else, and beyond what a date can hold. */
export function parseInstant(value: Json | undefined): number {
  if (typeof value === 'number') return clampTime(value * 1000)
  if (typeof value !== 'string') return Number.NaN
  return clampTime(/^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value))
}

function clampTime(ms: number): number {
  return new Date(ms).getTime()
}

/** The same request without mappings and lists in which nothing is left, as AWS tells them of members that were never set. */
export function dropEmpty(request: JsonObject): JsonObject {
  const kept = Object.entries(request).flatMap(([member, value]) => {
    const inner = isObject(value) ? dropEmpty(value) : value
    const isEmpty = typeof inner === 'object' && inner !== null && Object.keys(inner).length === 0
    return isEmpty ? [] : [[member, inner] as const]
  })
  return Object.fromEntries(kept)
}

/** The same mapping with some members replaced; a member set to undefined is left out. */
export function fillMembers(value: JsonObject, members: Readonly<Record<string, Json | undefined>>): JsonObject {
  const all: Record<string, Json | undefined> = { ...value, ...members }
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, Json] => entry[1] !== undefined))
}
