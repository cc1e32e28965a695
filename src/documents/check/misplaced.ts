import { getValue, isObject, joinPointer, splitPointer } from '../../model/json.ts'
import { advise } from '../../model/remedy.ts'
import { list } from '../hints/words.ts'
import { ENVELOPE, getSchemaName, type Schemas } from './check.ts'
import type { Fault } from './fault.ts'

/** Where members belong that stand elsewhere. */
export type Places = {
  /** The members of a kind's request. */
  readonly request: (kind: string) => readonly string[]
  /** The mapping of the envelope that has a member: `run` is in `policy`. */
  readonly envelope: (member: string) => string | undefined
}

/** The places of all members, read from the schemas when first asked for. */
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

/** Faults of an envelope in which request members that stand beside `spec` are one fault that says so. */
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
    message: `${names} ${strays.length === 1 ? 'stands' : 'stand'} at the top of the document, not in spec`,
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

/** A fault of a request, with a word about the envelope's own members: `hold` in `spec` belongs in `policy`. */
export function explainEnvelope(fault: Fault, places: Places): Fault {
  const [member = '', ...rest] = splitPointer(fault.pointer)
  if (fault.code !== UNKNOWN || rest.length > 0 || fault.meant !== undefined) return fault
  const place = places.envelope(member)
  if (place === undefined) return fault
  return {
    ...fault,
    remedies: [
      place === 'the document'
        ? advise('it belongs in the document, beside spec')
        : advise(`it belongs in ${place}, which stands beside spec: write ${place}.${member}`),
    ],
  }
}
