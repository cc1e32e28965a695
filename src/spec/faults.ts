import type { ErrorObject } from 'ajv'
import { at, into, isObject, type Json, type JsonObject, type Pointer } from '../model/json.ts'
import { advise, type Remedy } from '../model/remedy.ts'
import type { Checked, Fault, FaultCode } from './fault.ts'
import { furtherIn } from './further-in.ts'
import { measured } from './measures.ts'
import { type Context, description, fault, members, property, subject, where } from './schema-error.ts'
import { closestWord } from './suggest.ts'
import { wrongType, wrongWord } from './type-faults.ts'
import { asWritten, isTag, tagText } from './type-hints.ts'
import { list, short } from './words.ts'

/** What Ajv found, one fault for each mistake: consequences of another error, and all but the plainest error of one value, are left out. */
export function faultsOf(errors: readonly ErrorObject[], checked: Checked): Fault[] {
  const faults = errors.flatMap((error) => translate({ error, ...checked }) ?? [])
  const unknown = new Set(
    faults.flatMap((fault) => (fault.code === 'SPEC_UNKNOWN_MEMBER' ? parent(fault.pointer) : [])),
  )
  const misspelt = new Set(faults.map((fault) => fault.meant && into(parent(fault.pointer), fault.meant)))
  const kept = new Map<string, Fault>()
  for (const fault of faults) {
    if (fault.code === 'SPEC_MISSING_MEMBER' && misspelt.has(fault.pointer)) continue
    // Without the unknown member, the count may be right.
    if (fault.code === 'SPEC_ITEMS' && unknown.has(fault.pointer)) continue
    const before = kept.get(fault.pointer)
    if (!before || rank(fault) < rank(before)) kept.set(fault.pointer, fault)
  }
  return [...kept.values()]
}

/** Of several faults of one value, the first of these is shown; all others come behind. */
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

function parent(pointer: Pointer): Pointer {
  return pointer.slice(0, pointer.lastIndexOf('/'))
}

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
        [advise(description(error) ?? 'remove it')],
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

function unknownMember(context: Context): Fault {
  const { error } = context
  const member = String(error.params['additionalProperty'] ?? error.params['unevaluatedProperty'])
  const known = members(error)
  const tag = oneTag(context)
  const meant = tag === undefined ? closestWord(member, known) : 'Key'
  const all = known.length === 0 ? 'no member is allowed here' : `${where(context)} may have ${list(known)}`
  return {
    code: 'SPEC_UNKNOWN_MEMBER',
    pointer: into(error.instancePath, member),
    aim: 'key',
    message: `${short(member)} is no member of ${where(context)}`,
    remedies: (tag && [tag]) ?? unknownRemedies(context, member, meant, known) ?? [advise(all)],
    meant,
  }
}

/** The way out for a tag that is written as `{ env: prod }`, or whose key is called otherwise. */
function oneTag(context: Context): Remedy | undefined {
  const { error, value } = context
  const found = at(value, error.instancePath)
  if (!isTag(error.parentSchema) || !isObject(found) || found['Key'] !== undefined) return undefined
  const [first, ...others] = Object.entries(found)
  if (first && others.length === 0 && closestWord(first[0], ['Key', 'Value']) === undefined)
    return advise(`write it as ${tagText(first[0], asWritten(context, first))}`)
  const unknown = Object.keys(found).filter((member) => member !== 'Value')
  return unknown.length === 1 && found['Value'] !== undefined ? advise('did you mean Key?') : undefined
}

function unknownRemedies(
  context: Context,
  member: string,
  meant: string | undefined,
  known: readonly string[],
): Remedy[] | undefined {
  const { error, name } = context
  const isCase = meant?.toLowerCase() === member.toLowerCase()
  const place = isCase ? undefined : furtherIn((error.parentSchema ?? {}) as JsonObject, member)
  if (place !== undefined) return [advise(`it belongs in ${place}: indent it below that member`)]
  if (meant === undefined) return undefined
  const whose = isTag(error.parentSchema) ? 'a tag' : 'this API'
  return [advise(`did you mean ${meant}?${isCase && name === 'spec' ? caseNote(member, known, whose) : ''}`)]
}

/** Said where a whole mapping is written in another case than was pasted. */
function caseNote(member: string, known: readonly string[], whose: string): string {
  const isCapital = (name: string): boolean => /^[A-Z]/.test(name)
  if (known.length < 2 || known.some((name) => isCapital(name) === isCapital(member))) return ''
  return ` members of ${whose} begin ${isCapital(member) ? 'in lower case' : 'with a capital letter'}`
}

function missing(context: Context, member: string): Fault {
  const { error } = context
  return {
    code: 'SPEC_MISSING_MEMBER',
    pointer: into(error.instancePath, member),
    aim: 'key',
    message: `${where(context)} lacks ${member}`,
    remedies: [advise(property(error, member))],
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
    remedies: [advise(`add ${member}, or remove ${because}`)],
  }
}
