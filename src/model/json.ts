/** A JSON value. Requests, records and events consist of these alone. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = { readonly [member: string]: Json }

/** An RFC 6901 pointer, such as `/targets/0`; `''` is the whole value. */
export type Pointer = string

/** Returns whether a value is a mapping: not a list, not null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Returns the text of a value with sorted members, so that equal values have equal texts. */
export function canonicalise(value: Json): string {
  // What this program wrote is sorted already, and needs no copy.
  return JSON.stringify(isSorted(value) ? value : sortMembers(value))
}

/** Copies a value with sorted members. This is faster than a replacer of `JSON.stringify`. */
function sortMembers(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sortMembers)
  const members = value as JsonObject
  // Without a prototype, `__proto__` is a member like any other.
  const sorted = Object.create(null) as Record<string, Json>
  for (const member of Object.keys(members).sort()) sorted[member] = sortMembers(members[member]!)
  return sorted
}

/** Returns whether the members of every mapping in a value are in order. */
function isSorted(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return (value as readonly Json[]).every(isSorted)
  let last = ''
  for (const [member, inner] of Object.entries(value)) {
    if (member < last || !isSorted(inner)) return false
    last = member
  }
  return true
}

/** Returns whether two values have the same canonical text. A missing value equals only a missing one. */
export function isSameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item: Json, index) => isSameJson(item, b[index]))
  if (!isObject(a) || !isObject(b)) return false
  return (
    Object.keys(a).every((name) => isSameJson(a[name], getOwn(b, name))) &&
    Object.keys(b).every((name) => b[name] === undefined || Object.hasOwn(a, name))
  )
}

function getOwn(value: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(value, name) ? value[name] : undefined
}

/** Returns the value at a pointer, or undefined. Only own members count, so `__proto__` finds nothing. */
export function getValue(value: Json | undefined, pointer: Pointer): Json | undefined {
  let here = value
  // Most pointers lead to nothing after their first step. So the others are not split off before.
  for (let start = 1, end: number; start <= pointer.length && here !== undefined; start = end + 1) {
    end = pointer.indexOf('/', start)
    if (end === -1) end = pointer.length
    const step = unescapeStep(pointer.slice(start, end))
    if (Array.isArray(here)) here = here[Number(step)]
    else if (isObject(here) && Object.hasOwn(here, step)) here = here[step]
    else return undefined
  }
  return here
}

/** Returns a copy with another value at a pointer. Creates missing mappings; does not enter lists. */
export function put(value: JsonObject, pointer: Pointer, inner: Json): JsonObject {
  const [step, ...rest] = splitPointer(pointer)
  if (step === undefined) return value
  if (rest.length === 0) return { ...value, [step]: inner }
  const here = value[step]
  return { ...value, [step]: put(isObject(here) ? here : {}, pointer.slice(pointer.indexOf('/', 1)), inner) }
}

/** Returns the unescaped steps of a pointer: `/a~1b/0` gives `['a/b', '0']`. */
export function splitPointer(pointer: Pointer): string[] {
  const steps = pointer.split('/').slice(1)
  return pointer.includes('~') ? steps.map(unescapeStep) : steps
}

function unescapeStep(step: string): string {
  return step.includes('~') ? step.replaceAll('~1', '/').replaceAll('~0', '~') : step
}

/** Appends one step to a pointer. */
export function joinPointer(pointer: Pointer, step: string | number): Pointer {
  return `${pointer}/${typeof step === 'string' ? escapeStep(step) : step}`
}

/** Hardly any step needs it, and walks of every value join pointers. */
function escapeStep(step: string): string {
  return step.includes('~') || step.includes('/') ? step.replaceAll('~', '~0').replaceAll('/', '~1') : step
}

/** Returns whether a pointer equals another one or leads further down from it. */
export function isWithin(pointer: Pointer, outer: Pointer): boolean {
  return pointer === outer || pointer.startsWith(`${outer}/`)
}

/** Returns a value without these top-level members. */
export function omitMembers(value: JsonObject, ...members: string[]): JsonObject {
  if (!members.some((member) => Object.hasOwn(value, member))) return value
  return Object.fromEntries(Object.entries(value).filter(([member]) => !members.includes(member)))
}

/**
 * Replaces each `*` step of a pointer by the members or items that a value has there. Pointers that lead to nothing are
 * left out.
 */
export function expandPointer(value: JsonObject, pattern: Pointer): Pointer[] {
  if (!pattern.includes('*')) return getValue(value, pattern) === undefined ? [] : [pattern]
  const found: Pointer[] = []
  addPointers(found, value, '', pattern)
  return found
}

/** Adds the pointers that the rest of a pattern finds in a value. `here`: the pointer to that value. */
function addPointers(found: Pointer[], value: Json | undefined, here: Pointer, rest: Pointer): void {
  if (value === undefined) return
  if (rest === '') {
    found.push(here)
    return
  }
  const end = rest.indexOf('/', 1)
  const [first, after] = end === -1 ? [rest, ''] : [rest.slice(0, end), rest.slice(end)]
  if (first !== '/*') addPointers(found, getValue(value, first), here + first, after)
  else if (typeof value === 'object' && value !== null)
    for (const [member, inner] of Object.entries(value)) addPointers(found, inner, joinPointer(here, member), after)
}
