import type { ErrorObject } from 'ajv'
import { at, into, isObject, type Json, type Pointer, steps } from '../model/json.ts'
import type { SpecCode } from './codes.ts'
import type { Aim } from './locate.ts'
import { didYouMean, suggest } from './suggest.ts'

/** A rule of a schema that a value breaks, in words. */
export type Fault = {
  /** A code of `SPEC_CODES`, or one of a kind's own rules. */
  readonly code: string
  readonly pointer: Pointer
  readonly aim: Aim
  readonly message: string
  readonly hint: string
  /** The member that an unknown one probably stands for. */
  readonly meant?: string
}

/** The text of the scalar at a pointer as the file has it, before YAML made a number or a date of it. */
export type SourceText = (pointer: Pointer) => string | undefined

/** A value that was checked. */
export type Checked = {
  readonly value: Json
  /** What the whole value is called in a sentence. */
  readonly name: string
  readonly sourceText: SourceText
}

/** What Ajv found, one fault for each mistake: consequences of another error, and all but the plainest error of one value, are left out. */
export function faultsOf(errors: readonly ErrorObject[], checked: Checked): Fault[] {
  const faults = errors.flatMap((error) => translate({ error, ...checked }) ?? [])
  const misspelt = new Set(faults.map((fault) => fault.meant && into(parent(fault.pointer), fault.meant)))
  const kept = new Map<string, Fault>()
  for (const fault of faults) {
    if (fault.code === 'SPEC_MISSING_MEMBER' && misspelt.has(fault.pointer)) continue
    const before = kept.get(fault.pointer)
    if (!before || rank(fault) < rank(before)) kept.set(fault.pointer, fault)
  }
  return [...kept.values()]
}

/** Of several faults of one value, the first of these is shown; all others come behind. */
const PLAINEST: readonly string[] = [
  'SPEC_TYPE',
  'SPEC_CONST',
  'SPEC_ENUM',
  'SPEC_UNKNOWN_MEMBER',
  'SPEC_LENGTH',
  'SPEC_PATTERN',
] satisfies SpecCode[]

function rank(fault: Fault): number {
  const index = PLAINEST.indexOf(fault.code)
  return index === -1 ? PLAINEST.length : index
}

function parent(pointer: Pointer): Pointer {
  return pointer.slice(0, pointer.lastIndexOf('/'))
}

type Context = Checked & { readonly error: ErrorObject }

function translate(context: Context): Fault | undefined {
  const { error } = context
  switch (error.keyword) {
    // The errors of `then` and `else`, and of each name, say what is wrong.
    case 'if':
    case 'propertyNames':
      return undefined
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return unknownMember(context)
    case 'required':
      return missing(context, String(error.params['missingProperty']))
    case 'dependentRequired':
      return dependent(context)
    case 'not':
    case 'false schema':
      return fault(
        context,
        'SPEC_RULE',
        `${subject(context)} cannot be given here`,
        description(error) ?? 'remove it',
        'key',
      )
    case 'type':
      return wrongType(context)
    case 'enum':
      return wrongWord(context, 'SPEC_ENUM', error.params['allowedValues'] as Json[])
    case 'const':
      return wrongWord(context, 'SPEC_CONST', [error.params['allowedValue'] as Json])
    default:
      return measured(context)
  }
}

function fault(context: Context, code: SpecCode, message: string, hint: string, aim: Aim = 'value'): Fault {
  const { instancePath, propertyName } = context.error
  return propertyName === undefined
    ? { code, pointer: instancePath, aim, message, hint }
    : { code, pointer: into(instancePath, propertyName), aim: 'key', message, hint }
}

function unknownMember(context: Context): Fault {
  const { error } = context
  const member = String(error.params['additionalProperty'] ?? error.params['unevaluatedProperty'])
  const known = members(error)
  const meant = suggest(member, known)
  const all = known.length === 0 ? 'no member is allowed here' : `${where(context)} may have ${list(known)}`
  return {
    code: 'SPEC_UNKNOWN_MEMBER',
    pointer: into(error.instancePath, member),
    aim: 'key',
    message: `${short(member)} is no member of ${where(context)}`,
    hint: didYouMean(member, known).trim() || all,
    ...(meant === undefined ? {} : { meant }),
  }
}

function missing(context: Context, member: string): Fault {
  const { error } = context
  return {
    code: 'SPEC_MISSING_MEMBER',
    pointer: into(error.instancePath, member),
    aim: 'key',
    message: `${where(context)} lacks ${member}`,
    hint: property(error, member) ?? `add ${member}`,
  }
}

function dependent(context: Context): Fault {
  const { error } = context
  const member = String(error.params['missingProperty'])
  const because = String(error.params['property'])
  return {
    code: 'SPEC_MISSING_MEMBER',
    pointer: into(error.instancePath, member),
    aim: 'key',
    message: `${where(context)} has ${because}, but lacks ${member}`,
    hint: `add ${member}, or remove ${because}`,
  }
}

function wrongType(context: Context): Fault {
  const { error, value } = context
  const types = [error.params['type'] as string | string[]].flat()
  const found = at(value, error.instancePath) ?? null
  const due = list(
    types.map((type) => typeNames[type] ?? type),
    'or',
  )
  const message =
    found === null
      ? `${subject(context)} is empty; it must be ${due}`
      : `${subject(context)} must be ${due}, not ${typeOf(found)}`
  return fault(context, 'SPEC_TYPE', message, typeHint(context, types, found))
}

function typeHint(context: Context, types: readonly string[], found: Json): string {
  if (types.includes('string') && (typeof found === 'number' || typeof found === 'boolean')) {
    const text = context.sourceText(context.error.instancePath) ?? String(found)
    return `quote it: "${text}"`
  }
  if (types.includes('array') && (typeof found === 'string' || isObject(found)))
    return 'make it a list: [ … ], or lines that begin with "- "'
  if (typeof found === 'string' && types.some((type) => scalars.includes(type)))
    return `write it without quotes: ${short(found)}`
  return (
    description(context.error) ??
    `write ${list(
      types.map((type) => typeNames[type] ?? type),
      'or',
    )}`
  )
}

const scalars = ['number', 'integer', 'boolean']

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  null: 'empty',
}

function typeOf(value: Json): string {
  if (Array.isArray(value)) return 'a list'
  if (isObject(value)) return 'a mapping'
  return typeof value === 'string'
    ? `the text ${quoted(value)}`
    : `${typeof value === 'number' ? 'the number ' : ''}${value}`
}

function wrongWord(context: Context, code: SpecCode, allowed: readonly Json[]): Fault {
  const found = at(context.value, context.error.instancePath) ?? null
  const words = allowed.map((word) => (typeof word === 'string' ? word : JSON.stringify(word)))
  const guess = typeof found === 'string' && words.length > 1 ? didYouMean(found, words) : ''
  const message = `${subject(context)} cannot be ${quoted(found)}`
  return fault(context, code, message, `${guess}${words.length === 1 ? 'it must be' : 'allowed are'} ${list(words)}`)
}

/** Lengths, ranges, counts and forms. */
function measured(context: Context): Fault {
  const { error, value } = context
  const name = subject(context)
  const found = error.propertyName ?? at(value, error.instancePath) ?? null
  const rule = error.parentSchema ?? {}
  switch (error.keyword) {
    case 'minLength':
    case 'maxLength':
      return fault(
        context,
        'SPEC_LENGTH',
        lengthMessage(name, found),
        between(rule['minLength'], rule['maxLength'], 'character'),
      )
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return fault(context, 'SPEC_RANGE', `${name} is ${quoted(found)}`, rangeHint(rule))
    case 'minItems':
    case 'maxItems':
      return fault(
        context,
        'SPEC_ITEMS',
        `${name} has ${count(size(found), 'item')}`,
        between(rule['minItems'], rule['maxItems'], 'item'),
      )
    case 'minProperties':
    case 'maxProperties':
      return fault(
        context,
        'SPEC_ITEMS',
        `${name} has ${count(size(found), 'member')}`,
        `${between(rule['minProperties'], rule['maxProperties'], 'member')}${known(error)}`,
      )
    case 'uniqueItems':
      return fault(
        context,
        'SPEC_ITEMS',
        `items ${error.params['j']} and ${error.params['i']} of ${name} are the same`,
        'remove one of them',
      )
    case 'pattern':
      return fault(context, 'SPEC_PATTERN', `${name} cannot be ${quoted(found)}`, formHint(error))
    case 'format':
      return fault(
        context,
        'SPEC_FORMAT',
        `${name} is no ${String(error.params['format'])}: ${quoted(found)}`,
        formHint(error),
      )
    default:
      return fault(
        context,
        'SPEC_RULE',
        `${name} ${error.message ?? 'breaks a rule'}`,
        description(error) ?? 'see the schema of this kind',
      )
  }
}

function lengthMessage(name: string, found: Json): string {
  const length = typeof found === 'string' ? [...found].length : 0
  return length === 0 ? `${name} is empty` : `${name} has ${count(length, 'character')}`
}

function size(value: Json): number {
  return Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 0
}

function between(least: unknown, most: unknown, unit: string): string {
  if (typeof least !== 'number' || least === 0) return `at most ${count(Number(most), unit)}`
  if (typeof most !== 'number') return `at least ${count(least, unit)}`
  return least === most ? `exactly ${count(least, unit)}` : `from ${least} to ${count(most, unit)}`
}

function count(amount: number, unit: string): string {
  return `${amount.toLocaleString('en')} ${unit}${amount === 1 ? '' : 's'}`
}

function rangeHint(rule: Readonly<Record<string, unknown>>): string {
  const parts = [
    rule['minimum'] === undefined ? '' : `at least ${rule['minimum']}`,
    rule['exclusiveMinimum'] === undefined ? '' : `more than ${rule['exclusiveMinimum']}`,
    rule['maximum'] === undefined ? '' : `at most ${rule['maximum']}`,
    rule['exclusiveMaximum'] === undefined ? '' : `less than ${rule['exclusiveMaximum']}`,
  ]
  return parts.filter((part) => part !== '').join(' and ')
}

function known(error: ErrorObject): string {
  const names = members(error)
  return names.length === 0 ? '' : `, of ${list(names)}`
}

/** What text has to look like: what it is, an example, and the pattern. */
function formHint(error: ErrorObject): string {
  const example: unknown = error.parentSchema?.['examples']?.[0]
  const pattern: unknown = error.parentSchema?.['pattern']
  const forms = [
    typeof example === 'string' ? `such as ${example}` : undefined,
    typeof pattern === 'string' ? `it has to match ${pattern}` : undefined,
  ]
  const form = forms.filter((part) => part !== undefined).join('; ')
  return [description(error), form].filter((part) => part).join(' ') || 'see the schema of this kind'
}

/** The first sentence of what the schema says of a value. */
function description(error: ErrorObject): string | undefined {
  return firstSentence(error.parentSchema?.['description'])
}

function firstSentence(text: unknown): string | undefined {
  return typeof text === 'string' ? (/^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text) : undefined
}

function members(error: ErrorObject): string[] {
  return Object.entries((error.parentSchema?.['properties'] ?? {}) as Record<string, unknown>)
    .filter(([, rule]) => !(isObject(rule) && isObject(rule['not']) && Object.keys(rule['not']).length === 0))
    .map(([member]) => member)
}

function property(error: ErrorObject, member: string): string | undefined {
  return firstSentence(error.parentSchema?.['properties']?.[member]?.['description'])
}

/** What a sentence about a value begins with. */
function subject(context: Context): string {
  const { error } = context
  return error.propertyName === undefined ? where(context) : `the key ${short(error.propertyName)}`
}

/** The place of an error in words: `targets[0]`, `S3Destination.RoleArn`; the last two steps are enough beside a line number. */
function where({ error, name }: Context): string {
  const path = steps(error.instancePath).slice(-2)
  if (path.length === 0) return name
  return path.reduce(
    (text, step) => (/^\d+$/.test(step) ? `${text}[${step}]` : text === '' ? short(step) : `${text}.${short(step)}`),
    '',
  )
}

/** At most this many words of a list are shown. */
const SHOWN = 24

function list(words: readonly string[], last: 'and' | 'or' = 'and'): string {
  if (words.length > SHOWN) return `${words.slice(0, SHOWN).join(', ')} and ${words.length - SHOWN} more`
  if (words.length < 2) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

function quoted(value: Json): string {
  return typeof value === 'string' ? `"${short(value)}"` : short(JSON.stringify(value))
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
