import { Ajv2020, type CodeOptions } from 'ajv/dist/2020.js'
import { readPackageFile } from '../system/package-file.ts'

/** The parts of schemas/state.schema.json: the whole file, a line of the journal, the journal's first line. */
export type Form = 'state' | 'change' | 'header'

/** Where each form is in the schema. */
export const FORMS: Readonly<Record<Form, string>> = { state: '', change: '#/$defs/change', header: '#/$defs/header' }

/** Creates an Ajv instance with the state's schema. `code` sets how Ajv writes compiled code. */
export function stateAjv(code: CodeOptions = {}): Ajv2020 {
  const schema = JSON.parse(readPackageFile('schemas/state.schema.json')) as { $id: string }
  return new Ajv2020({ strict: true, schemas: [schema], code })
}

/** The schema ID of a form. */
export function getSchemaId(form: Form): string {
  return `https://jobwright.dev/schemas/v1/state.schema.json${FORMS[form]}`
}
