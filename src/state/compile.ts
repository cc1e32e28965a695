import type { ValidateFunction } from 'ajv'
import { type Form, getSchemaId, stateAjv } from './ajv.ts'

/*
 * In dist/, `npm run build` replaces this module with the code that Ajv generates (scripts/validators.ts). When run
 * from source, Jobwright compiles the schema at its first use. So commands without a state do not pay for it.
 */

export type { Form }

let ajv: ReturnType<typeof stateAjv> | undefined
const compiled = new Map<Form, ValidateFunction>()

/** The validator of a form. */
export function getValidator(form: Form): ValidateFunction {
  const known = compiled.get(form)
  if (known !== undefined) return known
  ajv ??= stateAjv()
  const validate = ajv.getSchema(getSchemaId(form))
  if (validate === undefined) throw new Error(`no schema describes a ${form}`)
  compiled.set(form, validate)
  return validate
}
