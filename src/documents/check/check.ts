import type { Json } from '../../model/json.ts'
import { compile } from './compile.ts'
import type { Fault, SourceText } from './fault.ts'
import { toFaults } from './faults.ts'
import type { Schemas } from './schemas.ts'

export type { Schemas }

/** Checks a value against a file of `schemas/`, or against a part of one. */
export type Checker = (part: string, value: Json, sourceText: SourceText) => Fault[]

/** The part of `job.schema.json` that all kinds share: everything except the content of `spec`. */
export const ENVELOPE = 'job.schema.json#/$defs/envelope'

/** The schema of jobwright.yaml. */
export const CONFIG = 'config.schema.json'

/** Names the schema of a kind's `spec`. */
export function getSchemaName(kind: string): string {
  return `${kind}.schema.json`
}

/** Creates a checker from these schemas. */
export function createChecker(schemas: Schemas): Checker {
  const validators = compile(schemas)
  return (part, value, sourceText) => {
    const validate = validators(part)
    return validate(value) ? [] : toFaults(validate.errors ?? [], { value, name: getName(part), sourceText })
  }
}

function getName(part: string): string {
  if (part === ENVELOPE) return 'the document'
  return part === CONFIG ? 'the file' : 'spec'
}
