import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { ENVELOPE, getSchemaName, type Schemas } from '../../../documents/check/check.ts'
import {
  getValue,
  isObject,
  type Json,
  type JsonObject,
  joinPointer,
  type Pointer,
  splitPointer,
} from '../../../model/json.ts'
import type { KindModel } from '../../../model/kind.ts'
import { createSample } from './sample.ts'
import { type Shapes, shapeAt } from './shape.ts'

/** Adds the members that a document's other members require. Undefined if that does not make it valid. */
export type Complete = (document: JsonObject) => JsonObject | undefined

/** Each round adds what the previous one made necessary. No schema nests deeper. */
const ROUNDS_MAX = 12

/** Schema errors that only mean a missing member. */
const MISSING_KEYWORDS = ['required', 'dependentRequired']

/** Creates the function that completes a kind's documents by its schema and by the rules that no schema can express. */
export function createCompleter(model: KindModel, shapes: Shapes, schemas: Schemas): Complete {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false, meta: false })
  addFormats.default(ajv, ['date-time'])
  const files = [ENVELOPE.split('#')[0]!, 'common.schema.json', getSchemaName(model.kind)]
  const [envelope, , kind] = files.map((file) => String(schemas(file)['$id']))
  for (const file of files.slice(1)) ajv.addSchema(schemas(file))
  // Validate the envelope alone: its file refers to the schemas of all kinds.
  const parts = [
    ajv.compile({ $id: `${envelope}.part`, ...(getValue(schemas(files[0]!), ENVELOPE.split('#')[1]!) as JsonObject) }),
    ajv.compile({ type: 'object', properties: { spec: { $ref: kind } } }),
  ]
  return (document) => {
    let here = document
    for (let turn = 0; turn < ROUNDS_MAX; turn++) {
      const errors = parts.flatMap((validate) => (validate(here) ? [] : (validate.errors ?? [])))
      const grave = errors.filter(({ keyword }) => keyword !== 'if')
      if (grave.length === 0) {
        const request = here['spec']
        const isSound =
          isObject(request) && model.request.check(request).every(({ severity }) => severity === 'warning')
        return isSound ? here : undefined
      }
      for (const { keyword, instancePath, params } of grave) {
        if (!MISSING_KEYWORDS.includes(keyword)) return undefined
        const pointer = joinPointer(instancePath, String(params['missingProperty']))
        const shape = shapeAt(shapes, pointer)
        if (!shape) return undefined
        if (getValue(here, pointer) === undefined)
          here = put(here, pointer, createSample(shape, shapes, true)) as JsonObject
      }
    }
    return undefined
  }
}

/** Returns the value with another one at a pointer. */
export function put(value: Json | undefined, pointer: Pointer, inner: Json): Json {
  const [step, ...rest] = splitPointer(pointer)
  if (step === undefined) return inner
  const below = rest.reduce((path, one) => joinPointer(path, one), '')
  if (Array.isArray(value))
    return value.map((item: Json, index) => (index === Number(step) ? put(item, below, inner) : item))
  const members = isObject(value) ? value : {}
  return { ...members, [step]: put(members[step], below, inner) }
}
