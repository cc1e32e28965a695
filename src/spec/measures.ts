import type { ErrorObject } from 'ajv'
import { at, isObject, type Json } from '../model/json.ts'
import { advise } from '../model/remedy.ts'
import type { Fault } from './fault.ts'
import { formRemedy, lengthHint } from './forms.ts'
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
      return fault(context, 'SPEC_LENGTH', lengthMessage(name, found), [advise(lengthHint(rule, String(found)))])
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return fault(context, 'SPEC_RANGE', `${name} is ${quoted(found)}`, [advise(`allowed: ${rangeHint(rule)}`)])
    case 'minItems':
    case 'maxItems':
      return fault(context, 'SPEC_ITEMS', `${name} has ${count(size(found), 'item')}`, [
        advise(`allowed: ${between(rule['minItems'], rule['maxItems'], 'item')}`),
      ])
    case 'minProperties':
    case 'maxProperties':
      return fault(context, 'SPEC_ITEMS', `${name} has ${count(size(found), 'member')}`, [
        advise(memberHint(error, found)),
      ])
    case 'uniqueItems':
      return fault(
        context,
        'SPEC_ITEMS',
        `items ${error.params['j']} and ${error.params['i']} of ${name} are the same`,
        [advise('remove one of them')],
      )
    case 'pattern':
      return fault(context, 'SPEC_PATTERN', `${name} cannot be ${quoted(found)}`, [formRemedy(error, String(found))])
    case 'format':
      return fault(context, 'SPEC_FORMAT', `${name} cannot be ${quoted(found)}`, [formRemedy(error, String(found))])
    default:
      return fault(context, 'SPEC_RULE', `${name} ${error.message ?? 'breaks a rule'}`, [
        advise(description(error) ?? 'see the schema of this kind'),
      ])
  }
}

function lengthMessage(name: string, found: Json): string {
  const length = typeof found === 'string' ? Array.from(found).length : 0
  return length === 0 ? `${name} is empty` : `${name} has ${count(length, 'character')}`
}

/** How many members are allowed, and which of those that are there is one too many. */
function memberHint({ parentSchema, ...error }: ErrorObject, found: Json): string {
  const rule = parentSchema ?? {}
  const allowed = `allowed: ${between(rule['minProperties'], rule['maxProperties'], 'member')}`
  const names = members({ ...error, parentSchema: rule })
  const beyond = Object.keys(isObject(found) ? found : {}).filter((member) => !names.includes(member))
  if (names.length > 0 && beyond.length > 0 && error.keyword === 'maxProperties')
    return `${allowed}; keep ${list(names, 'or')}, remove ${list(beyond)}`
  return names.length === 0 ? allowed : `${allowed}, of ${list(names)}`
}
