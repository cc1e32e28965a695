import { Ajv2020, type CodeOptions } from 'ajv/dist/2020.js'
import { readPackageFile } from '../system/package-file.ts'

/** What schemas/state.schema.json describes: the whole file, a line of the journal, the journal's first line. */
export type Form = 'state' | 'change' | 'header'

/** Where in it each form is. */
export const FORMS: Readonly<Record<Form, string>> = { state: '', change: '#/$defs/change', header: '#/$defs/header' }

/** An Ajv that knows the schema of the state. `code` says how it writes what it compiles. */
export function stateAjv(code: CodeOptions = {}): Ajv2020 {
  const schema = JSON.parse(readPackageFile('schemas/state.schema.json')) as { $id: string }
  return new Ajv2020({ strict: true, schemas: [schema], code })
}

/** The ID of the schema of a form. */
export function getSchemaId(form: Form): string {
  return `https://jobwright.dev/schemas/v1/state.schema.json${FORMS[form]}`
}
