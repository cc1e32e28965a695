import { Ajv2020, type CodeOptions } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { getValue, isObject, type JsonObject } from '../../model/json.ts'
import type { Schemas } from './schemas.ts'

/** Keywords that tell editors what to show and suggest, and that check nothing. */
export const EDITOR_KEYWORDS = ['enumDescriptions', 'doNotSuggest']

/** An Ajv that knows what the schemas of several kinds refer to. `code` says how it writes what it compiles. */
export function createAjv(schemas: Schemas, code: CodeOptions = {}): Ajv2020 {
  // The schemas are ours, and a test checks them against the meta-schema: users need not wait for that.
  const ajv = new Ajv2020({
    strict: true,
    allowUnionTypes: true,
    allErrors: true,
    verbose: true,
    validateSchema: false,
    meta: false,
    code,
  })
  addFormats.default(ajv, ['date-time'])
  ajv.addVocabulary(EDITOR_KEYWORDS)
  return ajv.addSchema(schemas('common.schema.json'))
}

/**
 * A file's schema, or a part of it as a schema of its own: Ajv compiles all of a file to reach a part, here the schemas of all kinds.
 * The part keeps the folder of its ID, against which it refers to other files.
 */
export function getPart(schemas: Schemas, part: string): JsonObject & { $id: string } {
  const [file = '', fragment] = part.split('#')
  const schema = schemas(file)
  const inner = fragment === undefined ? schema : getValue(schema, fragment)
  if (!isObject(inner)) throw new Error(`no schema ${part}`)
  const $id = String(schema['$id'])
  return { ...inner, $id: fragment === undefined ? $id : String(new URL(fragment.replaceAll('/', '.'), $id)) }
}
