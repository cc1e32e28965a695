/**
 * Compiles the schemas: in build/, the code that Ajv writes for them takes the place of the modules that have it compile them at each start.
 * `tsx scripts/validators.ts`, after `tsc` has written build/.
 */
import fs from 'node:fs'
import path from 'node:path'
import type { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import { createAjv, getPart } from '../src/documents/check/ajv.ts'
import { CONFIG, ENVELOPE, getSchemaName } from '../src/documents/check/check.ts'
import { readPackagedSchema } from '../src/load/schemas.ts'
import { FORMS, getSchemaId, stateAjv } from '../src/state/ajv.ts'
import type { Form } from '../src/state/compile.ts'
import { listKinds } from './generate.ts'

const built = path.join(import.meta.dirname, '..', 'build')
const CODE = { source: true, esm: true }

fs.writeFileSync(path.join(built, 'documents', 'check', 'compile.js'), formatSpecs())
fs.writeFileSync(path.join(built, 'state', 'compile.js'), formatState())

/** In place of src/documents/check/compile.ts. The schemas it is given are those that this has compiled: in build/ there are no others. */
function formatSpecs(): string {
  const schemas = readPackagedSchema
  const ajv = createAjv(schemas, CODE)
  const ids = new Map(
    [CONFIG, ENVELOPE, ...listKinds().map(getSchemaName)].map((part) => [part, getPart(schemas, part).$id]),
  )
  for (const part of ids.keys()) ajv.addSchema(getPart(schemas, part))
  return `${formatModule(ajv, ids)}export const compile = () => (part) => VALIDATORS[part]\n`
}

/** In place of src/state/compile.ts. */
function formatState(): string {
  const ids = new Map((Object.keys(FORMS) as Form[]).map((form) => [form, getSchemaId(form)]))
  return `${formatModule(stateAjv(CODE), ids)}export const getValidator = (form) => VALIDATORS[form]\n`
}

/** The code of schemas, by name and ID, with `VALIDATORS`: name -> function. Its helpers are CommonJS of Ajv's: each is imported. */
function formatModule(ajv: Ajv2020, ids: ReadonlyMap<string, string>): string {
  const names = new Map([...ids.keys()].map((name, index) => [name, `validator${index}`]))
  const code = standalone.default(ajv, Object.fromEntries([...ids].map(([name, id]) => [names.get(name)!, id])))
  const table = [...names].map(([name, variable]) => `  ${JSON.stringify(name)}: ${variable},\n`).join('')
  const helpers = [...new Set([...code.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name!))]
  const imports = helpers.map((name, index) => `import helper${index} from ${JSON.stringify(`${name}.js`)}\n`).join('')
  const linked = code.replace(/\brequire\("([^"]+)"\)/g, (_, name: string) => `helper${helpers.indexOf(name)}`)
  return `${imports}${linked}
const VALIDATORS = {
${table}}
`
}
