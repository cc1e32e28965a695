import type { Json } from '../model/json.ts'
import { compile } from './compile.ts'
import type { Fault, SourceText } from './fault.ts'
import { faultsOf } from './faults.ts'
import type { Schemas } from './schemas.ts'

export type { Schemas }

/** Checks values against one file of `schemas/`, or a part of it. */
export type Checker = (part: string, value: Json, sourceText: SourceText) => Fault[]

/** The part of `job.schema.json` that all kinds share: everything but what `spec` holds. */
export const ENVELOPE = 'job.schema.json#/$defs/envelope'

/** The schema of jobwright.yaml. */
export const CONFIG = 'config.schema.json'

/** The schema of what `spec` holds for a kind. */
export function schemaOf(kind: string): string {
  return `${kind}.schema.json`
}

/** A checker by these schemas. */
export function checker(schemas: Schemas): Checker {
  const validators = compile(schemas)
  return (part, value, sourceText) => {
    const validate = validators(part)
    return validate(value) ? [] : faultsOf(validate.errors ?? [], { value, name: nameOf(part), sourceText })
  }
}

function nameOf(part: string): string {
  if (part === ENVELOPE) return 'the document'
  return part === CONFIG ? 'the file' : 'spec'
}
