import type { Pointer } from '../model/json.ts'
import { type Form, getValidator } from './compile.ts'

/** Where a value is not of its form, and how: `/records/IotJob~1a/run`, `must be integer`. */
export type Fault = { readonly pointer: Pointer; readonly message: string }

/** Checks a value just before it is written and just after it was read, by the same schema. Undefined: it is of its form. */
export function findFault(form: Form, value: unknown): Fault | undefined {
  const validate = getValidator(form)
  if (validate(value)) return undefined
  const [first] = validate.errors ?? []
  const name = first?.params['propertyName'] ?? first?.propertyName
  const about = typeof name === 'string' ? `${JSON.stringify(name)} ` : ''
  return { pointer: first?.instancePath ?? '', message: `${about}${first?.message ?? 'is not of its form'}` }
}
