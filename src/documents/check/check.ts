import type { Json } from '../../model/json.ts'
import { compile } from './compile.ts'
import type { Fault, SourceText } from './fault.ts'
import { toFaults } from './faults.ts'
import type { Schemas } from './schemas.ts'

export type { Schemas }

/** Checks values against one file of `schemas/`, or a part of it. */
export type Checker = (part: string, value: Json, sourceText: SourceText) => Fault[]

/** The part of `job.schema.json` that all kinds share: everything but what `spec` holds. */
export const ENVELOPE = 'job.schema.json#/$defs/envelope'

/** The schema of jobwright.yaml. */
export const CONFIG = 'config.schema.json'

/** The schema of what `spec` holds for a kind. */
export function getSchemaName(kind: string): string {
  return `${kind}.schema.json`
}

/** A checker by these schemas. */
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
