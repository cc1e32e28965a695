import type { ErrorObject } from 'ajv'
import { at, type Json } from '../model/json.ts'
import type { Fault } from './fault.ts'
import { type Context, description, fault, members, subject } from './schema-error.ts'
import { between, count, list, quoted, rangeHint, size } from './words.ts'

/** Lengths, ranges, counts and forms. */
export function measured(context: Context): Fault {
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
  const length = typeof found === 'string' ? Array.from(found).length : 0
  return length === 0 ? `${name} is empty` : `${name} has ${count(length, 'character')}`
}

function known(error: ErrorObject): string {
  const names = members(error)
  return names.length === 0 ? '' : `, of ${list(names)}`
}

/** What text has to look like: what it is, an example, and the pattern. */
function formHint(error: ErrorObject): string {
  const what = description(error)
  const example: unknown = error.parentSchema?.['examples']?.[0]
  const parts = [
    what,
    typeof example === 'string' && !what?.includes('such as') ? `Such as ${example}.` : undefined,
    error.keyword === 'pattern' ? `It has to match ${String(error.params['pattern'])}` : undefined,
  ]
  return parts.filter((part) => part).join(' ') || 'see the schema of this kind'
}
