import type { ErrorObject } from 'ajv'
import { getValue, isObject, type Json } from '../../model/json.ts'
import { advise } from '../../model/remedy.ts'
import type { Fault } from '../check/fault.ts'
import { type Context, createFault, getDescription, listMembers, nameSubject } from '../check/schema-error.ts'
import { formRemedy, suggestLength } from './forms.ts'
import { count, describeRange, list, measureSize, quoteValue, suggestRange } from './words.ts'

/** Lengths, ranges, counts and forms. */
export function describeMeasure(context: Context): Fault {
  const { error, value } = context
  const name = nameSubject(context)
  const found = error.propertyName ?? getValue(value, error.instancePath) ?? null
  const rule = error.parentSchema ?? {}
  switch (error.keyword) {
    case 'minLength':
    case 'maxLength':
      return createFault(context, 'SPEC_LENGTH', describeLength(name, found), [
        advise(suggestLength(rule, String(found))),
      ])
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return createFault(context, 'SPEC_RANGE', `${name} is ${quoteValue(found)}`, [
        advise(`allowed: ${suggestRange(rule)}`),
      ])
    case 'minItems':
    case 'maxItems':
      return createFault(context, 'SPEC_ITEMS', `${name} has ${count(measureSize(found), 'item')}`, [
        advise(`allowed: ${describeRange(rule['minItems'], rule['maxItems'], 'item')}`),
      ])
    case 'minProperties':
    case 'maxProperties':
      return createFault(context, 'SPEC_ITEMS', `${name} has ${count(measureSize(found), 'member')}`, [
        advise(suggestMember(error, found)),
      ])
    case 'uniqueItems':
      return createFault(
        context,
        'SPEC_ITEMS',
        `items ${error.params['j']} and ${error.params['i']} of ${name} are the same`,
        [advise('remove one of them')],
      )
    case 'pattern':
      return createFault(context, 'SPEC_PATTERN', `${name} cannot be ${quoteValue(found)}`, [
        formRemedy(error, String(found)),
      ])
    case 'format':
      return createFault(context, 'SPEC_FORMAT', `${name} cannot be ${quoteValue(found)}`, [
        formRemedy(error, String(found)),
      ])
    default:
      return createFault(context, 'SPEC_RULE', `${name} ${error.message ?? 'breaks a rule'}`, [
        advise(getDescription(error) ?? 'see the schema of this kind'),
      ])
  }
}

function describeLength(name: string, found: Json): string {
  const length = typeof found === 'string' ? Array.from(found).length : 0
  return length === 0 ? `${name} is empty` : `${name} has ${count(length, 'character')}`
}

/** How many members are allowed, and which of those that are there is one too many. */
function suggestMember({ parentSchema, ...error }: ErrorObject, found: Json): string {
  const rule = parentSchema ?? {}
  const allowed = `allowed: ${describeRange(rule['minProperties'], rule['maxProperties'], 'member')}`
  const names = listMembers({ ...error, parentSchema: rule })
  const beyond = Object.keys(isObject(found) ? found : {}).filter((member) => !names.includes(member))
  if (names.length > 0 && beyond.length > 0 && error.keyword === 'maxProperties')
    return `${allowed}; keep ${list(names, 'or')}, remove ${list(beyond)}`
  return names.length === 0 ? allowed : `${allowed}, of ${list(names)}`
}
