import type { Json, JsonObject } from '../model/json.ts'

/** Converts the named members of an answer to JSON, times to ISO 8601. All other members are left out. */
export function pick(answer: object | undefined, members: readonly string[]): JsonObject {
  const all = (answer ?? {}) as Readonly<Record<string, unknown>>
  const kept: Record<string, Json> = {}
  for (const member of members) {
    const value = Object.hasOwn(all, member) ? toPlain(all[member]) : undefined
    if (value !== undefined) kept[member] = value
  }
  return kept
}

function toPlain(value: unknown): Json | undefined {
  if (value === undefined || value === null) return undefined
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map((item) => toPlain(item) ?? null)
  if (typeof value === 'object') return pick(value, Object.keys(value))
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined
}

/** A time of an answer as ISO 8601 in UTC; undefined if it is missing or invalid. */
export function toIso(time: Date | string | undefined): string | undefined {
  const ms = typeof time === 'string' ? Date.parse(time) : time?.getTime()
  return ms === undefined || Number.isNaN(ms) ? undefined : new Date(ms).toISOString()
}

/** Drops members that are undefined. */
export function dropUndefined<Value extends object>(
  value: Value,
): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as never
}

/** The counts of an answer under our names. Missing counts stay missing. */
export function readCounts(
  answer: object | undefined,
  names: Readonly<Record<string, string>>,
): Record<string, number> {
  const all = (answer ?? {}) as Readonly<Record<string, unknown>>
  const counts: Record<string, number> = {}
  for (const [member, name] of Object.entries(names)) {
    const value = all[member]
    if (typeof value === 'number') counts[name] = value
  }
  return counts
}
