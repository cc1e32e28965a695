import { Ajv2020, type CodeOptions } from 'ajv/dist/2020.js'
import { readPackageFile } from '../system/package-file.ts'

/** The parts of schemas/state.schema.json: the whole file, a line of the journal, the journal's first line. And a plan file. */
export type Form = 'state' | 'change' | 'header' | 'plan'

/** Where each form is in the schemas. */
export const FORMS: Readonly<Record<Form, string>> = {
  state: 'state.schema.json',
  change: 'state.schema.json#/$defs/change',
  header: 'state.schema.json#/$defs/header',
  plan: 'plan.schema.json',
}

/** Creates an Ajv instance with the schemas of the state and of plan files. `code` sets how Ajv writes compiled code. */
export function stateAjv(code: CodeOptions = {}): Ajv2020 {
  const schemas = ['state', 'plan'].map(
    (name) => JSON.parse(readPackageFile(`schemas/${name}.schema.json`)) as { $id: string },
  )
  return new Ajv2020({ strict: true, schemas, code })
}

/** The schema ID of a form. */
export function getSchemaId(form: Form): string {
  return `https://jobwright.dev/schemas/v1/${FORMS[form]}`
}
