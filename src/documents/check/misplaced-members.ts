import { getValue, isObject, joinPointer, splitPointer } from '../../model/json.ts'
import { advise } from '../../model/remedy.ts'
import { list } from '../hints/words.ts'
import { ENVELOPE, getSchemaName, type Schemas } from './check.ts'
import type { Fault } from './fault.ts'

/** Where misplaced members belong. */
export type Places = {
  /** The members of a kind's request. */
  readonly request: (kind: string) => readonly string[]
  /** The envelope's mapping that has a member: `run` is in `policy`. */
  readonly envelope: (member: string) => string | undefined
}

/** Indexes the members of all schemas, at the first use. */
export function indexPlaces(schemas: Schemas): Places {
  const [file = '', fragment = ''] = ENVELOPE.split('#')
  return {
    request: (kind) => Object.keys(getValue(schemas(getSchemaName(kind)), '/properties') ?? {}),
    envelope: (member) => {
      const envelope = getValue(schemas(file), `${fragment}/properties`)
      if (!isObject(envelope)) return undefined
      if (Object.hasOwn(envelope, member)) return 'the document'
      return Object.keys(envelope).find((one) =>
        isObject(getValue(envelope, joinPointer(`/${one}/properties`, member))),
      )
    },
  }
}

/** Merges the faults of request members beside `spec` into one fault. */
export function dropStrays(faults: readonly Fault[], request: readonly string[]): Fault[] {
  const isStray = (fault: Fault): boolean => {
    const [member = '', ...rest] = splitPointer(fault.pointer)
    return fault.code === UNKNOWN && rest.length === 0 && request.includes(member)
  }
  const strays = faults.filter(isStray)
  const [first] = strays
  if (!first) return [...faults]
  const names = list(strays.map(({ pointer }) => splitPointer(pointer)[0] ?? ''))
  const isSpecMissing = faults.some(({ code, pointer }) => code === MISSING && pointer === '/spec')
  const it = strays.length === 1 ? 'it' : 'them'
  const fault: Fault = {
    ...first,
    message: `${names} ${strays.length === 1 ? 'is' : 'are'} at the top of the document, not in spec`,
    remedies: [
      isSpecMissing
        ? advise(`write "spec:" on a line above ${it}, and indent ${it} by two spaces`)
        : advise(`move ${it} into spec, indented by two spaces`),
    ],
  }
  return [...faults.filter((one) => !isStray(one) && !(one.code === MISSING && one.pointer === '/spec')), fault]
}

const UNKNOWN = 'SPEC_UNKNOWN_MEMBER'
const MISSING = 'SPEC_MISSING_MEMBER'

/** Adds a hint to a fault in a request if the member belongs to the envelope: `hold` in `spec` belongs in `policy`. */
export function explainEnvelope(fault: Fault, places: Places): Fault {
  const [member = '', ...rest] = splitPointer(fault.pointer)
  if (fault.code !== UNKNOWN || rest.length > 0 || fault.meant !== undefined) return fault
  const place = places.envelope(member)
  if (place === undefined) return fault
  return {
    ...fault,
    remedies: [
      place === 'the document'
        ? advise('it belongs in the document, next to spec')
        : advise(`it belongs in ${place}, next to spec: write ${place}.${member}`),
    ],
  }
}
