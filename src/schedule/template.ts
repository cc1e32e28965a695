import { formatIso } from '../model/iso.ts'
import { isObject, type Json, type JsonObject, joinPointer, type Pointer } from '../model/json.ts'
import type { Schedule } from '../model/schedule.ts'
import { getZone } from './instants.ts'
import { formatInstant } from './names.ts'
import { parseOffset } from './period.ts'
import { toWall } from './zone.ts'

/** The names that a `$text` may hold in braces. No other names exist, and there are no expressions. */
export const TEXT_NAMES = ['date', 'time', 'datetime', 'run', 'name'] as const
type TextName = (typeof TEXT_NAMES)[number]

/** A run for which a request is written. */
export type Occasion = {
  /** The name of the spec. */
  readonly name: string
  /** When it is due, in epoch milliseconds. */
  readonly instant: number
  /** What `{run}` is. Missing: the instant, as in the name of the run. */
  readonly run?: string
  readonly schedule: Pick<Schedule, 'timezone'>
  /** Writes a time as the kind's API expects it. Missing: ISO 8601 in UTC. */
  readonly writeTime?: (instant: number) => string
}

/** A fault in a form that changes from run to run. */
export type FormFault = { readonly pointer: Pointer; readonly message: string; readonly unknown?: string }

/** Returns a request as one run sends it: every `$text` and `$time` is replaced. Forms with faults stay. */
export function renderRequest(request: JsonObject, occasion: Occasion): JsonObject {
  return render(request, occasion) as JsonObject
}

function render(value: Json, occasion: Occasion): Json {
  if (Array.isArray(value)) return value.map((inner: Json) => render(inner, occasion))
  if (!isObject(value)) return value
  const form = readForm(value)
  if (form !== undefined && listFaults(value, '').length === 0) return renderForm(form, occasion)
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, render(inner, occasion)]))
}

/** Returns where a value has such forms, with the word of each: `$text` or `$time`. */
export function listForms(value: Json, pointer: Pointer): FormPlace[] {
  const found: FormPlace[] = []
  addForms(found, value, pointer)
  return found
}

type FormPlace = { readonly pointer: Pointer; readonly word: Form['word'] }

function addForms(found: FormPlace[], value: Json, pointer: Pointer): void {
  if (typeof value !== 'object' || value === null) return
  const form = isObject(value) ? readForm(value) : undefined
  if (form !== undefined) found.push({ pointer, word: form.word })
  else for (const [member, inner] of Object.entries(value)) addForms(found, inner, joinPointer(pointer, member))
}

/** Returns what is wrong with the forms of a value, each at its place. */
export function listFaults(value: Json, pointer: Pointer): FormFault[] {
  if (typeof value !== 'object' || value === null) return []
  const form = isObject(value) ? readForm(value) : undefined
  if (form === undefined)
    return Object.entries(value).flatMap(([member, inner]: [string, Json]) =>
      listFaults(inner, joinPointer(pointer, member)),
    )
  const at = joinPointer(pointer, form.word)
  return form.word === '$text' ? checkText(form.of, at) : checkTime(form.of, at)
}

const WORDS = ['$text', '$time'] as const
type Form = { readonly word: (typeof WORDS)[number]; readonly of: Json }

/** Only a mapping of this one member is a form. */
function readForm(value: JsonObject): Form | undefined {
  const word = WORDS.find((one) => Object.hasOwn(value, one))
  return word === undefined || Object.keys(value).length > 1 ? undefined : { word, of: value[word]! }
}

/** Braces around anything but a word are text: `{"a": 1}`, `${aws:iot:…}`. */
const IN_BRACES = /\{([A-Za-z][A-Za-z0-9_]*)\}/g

function checkText(of: Json, pointer: Pointer): FormFault[] {
  if (typeof of !== 'string') return [{ pointer, message: '$text is not a text' }]
  return [...of.matchAll(IN_BRACES)].flatMap(([written, name = '']) =>
    isTextName(name) ? [] : [{ pointer, message: `${written} is unknown`, unknown: name }],
  )
}

function isTextName(name: string): name is TextName {
  return (TEXT_NAMES as readonly string[]).includes(name)
}

function checkTime(of: Json, pointer: Pointer): FormFault[] {
  if (!isObject(of)) return [{ pointer, message: '$time is not a mapping of from and offset' }]
  const strange = Object.keys(of).filter((member) => member !== 'from' && member !== 'offset')
  const { from, offset } = of
  return [
    ...strange.map((member) => ({
      pointer: joinPointer(pointer, member),
      message: `$time has no member ${member}`,
      unknown: member,
    })),
    ...(from === 'occurrence'
      ? []
      : [
          from === undefined
            ? { pointer, message: '$time has no member from' }
            : { pointer: joinPointer(pointer, 'from'), message: 'a time can only be counted from occurrence' },
        ]),
    ...(offset === undefined || (typeof offset === 'string' && parseOffset(offset) !== undefined)
      ? []
      : [
          {
            pointer: joinPointer(pointer, 'offset'),
            message: `${JSON.stringify(offset)} is no duration of minutes, hours, days or weeks`,
          },
        ]),
  ]
}

function renderForm({ word, of }: Form, occasion: Occasion): string {
  if (word === '$text') return String(of).replaceAll(IN_BRACES, (_all, name: TextName) => writeName(name, occasion))
  const { offset } = of as { readonly offset?: string }
  const time = occasion.instant + (offset === undefined ? 0 : (parseOffset(offset) ?? 0))
  return (occasion.writeTime ?? formatIso)(time)
}

/** Dates and times are local: those of the schedule's time zone. */
function writeName(name: TextName, { name: own, instant, run, schedule }: Occasion): string {
  const local = new Date(toWall(getZone(schedule), instant)).toISOString()
  const date = local.slice(0, 10)
  const time = local.slice(11, 16).replace(':', '')
  switch (name) {
    case 'date':
      return date
    case 'time':
      return time
    case 'datetime':
      return `${date}T${time}`
    case 'run':
      return run ?? formatInstant(instant)
    case 'name':
      return own
  }
}
