import type { ValidateFunction } from 'ajv'
import { type Form, getSchemaId, stateAjv } from './ajv.ts'

/*
 * In dist/, `npm run build` puts the code in place of this module that Ajv writes for schemas/state.schema.json: scripts/validators.ts.
 * From source, the schema is compiled at the first use, because commands that need no state should not pay for it.
 */

export type { Form }

let ajv: ReturnType<typeof stateAjv> | undefined

/** What checks a value of a form. */
export function getValidator(form: Form): ValidateFunction {
  ajv ??= stateAjv()
  const validate = ajv.getSchema(getSchemaId(form))
  if (validate === undefined) throw new Error(`schemas/state.schema.json does not describe a ${form}`)
  return validate
}
