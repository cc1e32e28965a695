import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { at, isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Fault, SourceText } from './fault.ts'
import { faultsOf } from './faults.ts'

/** Gives the content of a file of `schemas/`, such as `IotJob.schema.json`. */
export type Schemas = (file: string) => JsonObject

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

/** A checker that compiles each schema when it is first asked for. A schema that is itself faulty throws: that is a bug. */
export function checker(schemas: Schemas): Checker {
  // The schemas are ours, and a test checks them against the meta-schema: users need not wait for that.
  const ajv = new Ajv2020({
    strict: true,
    allowUnionTypes: true,
    allErrors: true,
    verbose: true,
    validateSchema: false,
    meta: false,
  })
  addFormats.default(ajv, ['date-time'])
  const compiled = new Map<string, ValidateFunction>()
  return (part, value, sourceText) => {
    if (compiled.size === 0) ajv.addSchema(schemas(COMMON))
    const validate = compiled.get(part) ?? ajv.compile(partOf(schemas, part))
    compiled.set(part, validate)
    return validate(value) ? [] : faultsOf(validate.errors ?? [], { value, name: nameOf(part), sourceText })
  }
}

/** Shapes that the schemas of several kinds refer to. */
const COMMON = 'common.schema.json'

function nameOf(part: string): string {
  if (part === ENVELOPE) return 'the document'
  return part === CONFIG ? 'the file' : 'spec'
}

/**
 * A file's schema, or a part of it as a schema of its own: Ajv compiles all of a file to reach a part, here the schemas of all kinds.
 * The part keeps the folder of its ID, against which it refers to other files.
 */
function partOf(schemas: Schemas, part: string): JsonObject {
  const [file = '', fragment] = part.split('#')
  const schema = schemas(file)
  const inner = fragment === undefined ? schema : at(schema, fragment)
  if (!isObject(inner)) throw new Error(`no schema ${part}`)
  return fragment === undefined
    ? inner
    : { $id: String(new URL(fragment.replaceAll('/', '.'), schema['$id'] as string)), ...inner }
}
