import type { ErrorObject } from 'ajv'
import { getValue, isObject, type Json, type JsonObject, joinPointer, type Pointer } from '../../model/json.ts'
import { advise, type Remedy } from '../../model/remedy.ts'
import { describeMeasure } from '../hints/measures.ts'
import { findNestedMember } from '../hints/nested-member.ts'
import { findClosestWord } from '../hints/suggest.ts'
import { describeWrongType, describeWrongWord } from '../hints/type-faults.ts'
import { formatTag, isTag, restoreWritten } from '../hints/type-hints.ts'
import { list, shorten } from '../hints/words.ts'
import type { Checked, Fault, FaultCode } from './fault.ts'
import {
  type Context,
  createFault,
  describeWhere,
  getDescription,
  listMembers,
  nameProperty,
  nameSubject,
} from './schema-error.ts'

/**
 * Turns Ajv's errors into one fault for each mistake. Consequences of other errors are dropped, and so are all but the
 * clearest error of a value.
 */
export function toFaults(errors: readonly ErrorObject[], checked: Checked): Fault[] {
  const faults = errors.flatMap((error) => translate({ error, ...checked }) ?? [])
  const unknown = new Set(
    faults.flatMap((fault) => (fault.code === 'SPEC_UNKNOWN_MEMBER' ? getParent(fault.pointer) : [])),
  )
  const misspelt = new Set(faults.map((fault) => fault.meant && joinPointer(getParent(fault.pointer), fault.meant)))
  const kept = new Map<string, Fault>()
  for (const fault of faults) {
    if (fault.code === 'SPEC_MISSING_MEMBER' && misspelt.has(fault.pointer)) continue
    // The count may be right without the unknown member.
    if (fault.code === 'SPEC_ITEMS' && unknown.has(fault.pointer)) continue
    const before = kept.get(fault.pointer)
    if (!before || rank(fault) < rank(before)) kept.set(fault.pointer, fault)
  }
  return [...kept.values()]
}

/** If a value has several faults, the first of these codes is shown. */
const PLAINEST: readonly FaultCode[] = [
  'SPEC_RULE',
  'SPEC_TYPE',
  'SPEC_CONST',
  'SPEC_ENUM',
  'SPEC_UNKNOWN_MEMBER',
  'SPEC_LENGTH',
  'SPEC_PATTERN',
]

function rank(fault: Fault): number {
  const index = PLAINEST.indexOf(fault.code)
  return index === -1 ? PLAINEST.length : index
}

function getParent(pointer: Pointer): Pointer {
  return pointer.slice(0, pointer.lastIndexOf('/'))
}

function translate(context: Context): Fault | undefined {
  const { error } = context
  switch (error.keyword) {
    // The errors of `then`, `else` and each property name say what is wrong.
    case 'if':
    case 'propertyNames':
      return undefined
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return describeUnknownMember(context)
    case 'required':
      return describeMissing(context, String(error.params['missingProperty']))
    case 'dependentRequired':
      return describeDependent(context)
    case 'not':
    case 'false schema':
      return createFault(
        context,
        'SPEC_RULE',
        `${nameSubject(context)} cannot be given here`,
        [advise(getDescription(error) ?? 'remove it')],
        'key',
      )
    case 'type':
      return describeWrongType(context)
    case 'enum':
      return describeWrongWord(context, 'SPEC_ENUM', error.params['allowedValues'] as Json[])
    case 'const':
      return describeWrongWord(context, 'SPEC_CONST', [error.params['allowedValue'] as Json])
    default:
      return describeMeasure(context)
  }
}

function describeUnknownMember(context: Context): Fault {
  const { error } = context
  const member = String(error.params['additionalProperty'] ?? error.params['unevaluatedProperty'])
  const known = listMembers(error)
  const tag = suggestOneTag(context)
  const meant = tag === undefined ? findClosestWord(member, known) : 'Key'
  const all = known.length === 0 ? 'no member is allowed here' : `${describeWhere(context)} may have ${list(known)}`
  return {
    code: 'SPEC_UNKNOWN_MEMBER',
    pointer: joinPointer(error.instancePath, member),
    aim: 'key',
    message: `${shorten(member)} is no member of ${describeWhere(context)}`,
    remedies: (tag && [tag]) ?? suggestForUnknown(context, member, meant, known) ?? [advise(all)],
    meant,
  }
}

/** Suggests how to write a tag given as `{ env: prod }`, or with other key names. */
function suggestOneTag(context: Context): Remedy | undefined {
  const { error, value } = context
  const found = getValue(value, error.instancePath)
  if (!isTag(error.parentSchema) || !isObject(found) || found['Key'] !== undefined) return undefined
  const [first, ...others] = Object.entries(found)
  if (first && others.length === 0 && findClosestWord(first[0], ['Key', 'Value']) === undefined)
    return advise(`write it as ${formatTag(first[0], restoreWritten(context, first))}`)
  const unknown = Object.keys(found).filter((member) => member !== 'Value')
  return unknown.length === 1 && found['Value'] !== undefined ? advise('did you mean Key?') : undefined
}

function suggestForUnknown(
  context: Context,
  member: string,
  meant: string | undefined,
  known: readonly string[],
): Remedy[] | undefined {
  const { error, name } = context
  const isCase = meant?.toLowerCase() === member.toLowerCase()
  const place = isCase ? undefined : findNestedMember((error.parentSchema ?? {}) as JsonObject, member)
  if (place !== undefined) return [advise(`it belongs in ${place}: indent it below that member`)]
  if (meant === undefined) return undefined
  const whose = isTag(error.parentSchema) ? 'a tag' : 'this API'
  return [advise(`did you mean ${meant}?${isCase && name === 'spec' ? describeCase(member, known, whose) : ''}`)]
}

/** Explains a whole mapping that was pasted in another case. */
function describeCase(member: string, known: readonly string[], whose: string): string {
  const isCapital = (name: string): boolean => /^[A-Z]/.test(name)
  if (known.length < 2 || known.some((name) => isCapital(name) === isCapital(member))) return ''
  return ` members of ${whose} begin ${isCapital(member) ? 'in lower case' : 'with a capital letter'}`
}

function describeMissing(context: Context, member: string): Fault {
  const { error } = context
  return {
    code: 'SPEC_MISSING_MEMBER',
    pointer: joinPointer(error.instancePath, member),
    aim: 'key',
    message: `${describeWhere(context)} lacks ${member}`,
    remedies: [advise(nameProperty(error, member))],
  }
}

function describeDependent(context: Context): Fault {
  const { error } = context
  const member = String(error.params['missingProperty'])
  const because = String(error.params['property'])
  return {
    code: 'SPEC_MISSING_MEMBER',
    pointer: joinPointer(error.instancePath, member),
    aim: 'key',
    message: `${describeWhere(context)} has ${because}, but lacks ${member}`,
    remedies: [advise(`add ${member}, or remove ${because}`)],
  }
}
