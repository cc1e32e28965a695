/** A value that JSON can hold. Requests, records and events are made of these alone. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = { readonly [member: string]: Json }

/** An RFC 6901 pointer, such as `/targets/0`; `''` is the whole value. */
export type Pointer = string

/** Whether a value is a mapping, not a list and not null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Text of a value with members in code-point order, so that two equal values have one text. */
export function canonicalise(value: Json): string {
  return JSON.stringify(value, (_member, inner: unknown) =>
    isObject(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  )
}

/** The value at a pointer, or undefined where there is none. Own members only, so `__proto__` finds nothing. */
export function getValue(value: Json | undefined, pointer: Pointer): Json | undefined {
  let here = value
  for (const step of splitPointer(pointer)) {
    if (Array.isArray(here)) here = here[Number(step)]
    else if (isObject(here) && Object.hasOwn(here, step)) here = here[step]
    else return undefined
  }
  return here
}

/** The same value with another one at a pointer; mappings that are not there are made, lists are not gone into. */
export function put(value: JsonObject, pointer: Pointer, inner: Json): JsonObject {
  const [step, ...rest] = splitPointer(pointer)
  if (step === undefined) return value
  if (rest.length === 0) return { ...value, [step]: inner }
  const here = value[step]
  return { ...value, [step]: put(isObject(here) ? here : {}, pointer.slice(pointer.indexOf('/', 1)), inner) }
}

/** The unescaped steps of a pointer: `/a~1b/0` gives `['a/b', '0']`. */
export function splitPointer(pointer: Pointer): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** A pointer one step further down. */
export function joinPointer(pointer: Pointer, step: string | number): Pointer {
  return `${pointer}/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** Whether a pointer is another, or leads further down from it. */
export function isWithin(pointer: Pointer, outer: Pointer): boolean {
  return pointer === outer || pointer.startsWith(`${outer}/`)
}

/** The same value without one top-level member. */
export function omitMembers(value: JsonObject, ...members: string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([member]) => !members.includes(member)))
}
