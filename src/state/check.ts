import module from 'node:module'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { Pointer } from '../model/json.ts'

/** Where a value is not of its form, and how: `/records/IotJob~1a/run`, `must be integer`. */
export type Fault = { readonly pointer: Pointer; readonly message: string }

/** What schemas/state.schema.json describes: the whole file, a line of the journal, the journal's first line. */
export type Form = 'state' | 'change' | 'header'

const FORMS: Readonly<Record<Form, string>> = { state: '', change: '#/$defs/change', header: '#/$defs/header' }

let compiled: Ajv2020 | undefined

/** Checks a value just before it is written and just after it was read, by the same schema. Undefined: it is of its form. */
export function faultOf(form: Form, value: unknown): Fault | undefined {
  const validate = validatorOf(form)
  if (validate(value)) return undefined
  const [first] = validate.errors ?? []
  const name = first?.params['propertyName'] ?? first?.propertyName
  const about = typeof name === 'string' ? `${JSON.stringify(name)} ` : ''
  return { pointer: first?.instancePath ?? '', message: `${about}${first?.message ?? 'is not of its form'}` }
}

// Compiled at the first use, because commands that need no state should not pay for it.
function validatorOf(form: Form): ValidateFunction {
  const schema = (): { $id: string } =>
    module.createRequire(import.meta.url)('../../schemas/state.schema.json') as { $id: string }
  compiled ??= new Ajv2020({ strict: true, schemas: [schema()] })
  const validate = compiled.getSchema(`https://jobwright.dev/schemas/v1/state.schema.json${FORMS[form]}`)
  if (validate === undefined) throw new Error(`schemas/state.schema.json does not describe a ${form}`)
  return validate
}
