/**
 * Compiles the schemas ahead of time. In build/, the generated Ajv code replaces the modules that compile them at each start.
 * `tsx scripts/validators.ts`, after `tsc` has written build/.
 */
import fs from 'node:fs'
import path from 'node:path'
import type { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import { transformSync } from 'esbuild'
import { createAjv, getPart } from '../src/documents/check/ajv.ts'
import { CONFIG, ENVELOPE, getSchemaName } from '../src/documents/check/check.ts'
import { readPackagedSchema } from '../src/load/schemas.ts'
import { FORMS, getSchemaId, stateAjv } from '../src/state/ajv.ts'
import type { Form } from '../src/state/compile.ts'
import { listKinds } from './generate.ts'

const built = path.join(import.meta.dirname, '..', 'build')
const CODE = { source: true, esm: true }

const specs = formatParts([ENVELOPE, ...listKinds().map(getSchemaName)])
write('documents/check/validators.js', `${specs}export default VALIDATORS\n`)
write('documents/check/compile.js', formatCompile())
write('state/compile.js', formatState())

/** Writes a module into build/. Nobody reads its code, and Node reads all of it at each start. */
function write(file: string, code: string): void {
  fs.writeFileSync(path.join(built, file), transformSync(code, { minify: true, format: 'esm' }).code)
}

/**
 * Replaces src/documents/check/compile.ts. build/ has no other schemas than the ones compiled here. The code for specs is a
 * third of the program, so it is loaded at its first use: a run that remembers every spec needs none of it.
 */
function formatCompile(): string {
  return `import module from 'node:module'
${formatParts([CONFIG])}const load = module.createRequire(import.meta.url)
let specs
export const compile = () => (part) => VALIDATORS[part] ?? (specs ??= load('./validators.cjs').default)[part]
`
}

/** Generates the code of parts of the schemas for specs and jobwright.yaml. */
function formatParts(parts: readonly string[]): string {
  const ajv = createAjv(readPackagedSchema, CODE)
  const ids = new Map(parts.map((part) => [part, getPart(readPackagedSchema, part).$id]))
  for (const part of parts) ajv.addSchema(getPart(readPackagedSchema, part))
  return formatModule(ajv, ids)
}

/** Replaces src/state/compile.ts. */
function formatState(): string {
  const ids = new Map((Object.keys(FORMS) as Form[]).map((form) => [form, getSchemaId(form)]))
  return `${formatModule(stateAjv(CODE), ids)}export const getValidator = (form) => VALIDATORS[form]\n`
}

/** Generates the code of schemas, by name and ID, with `VALIDATORS`: name -> function. It imports each CommonJS helper of Ajv. */
function formatModule(ajv: Ajv2020, ids: ReadonlyMap<string, string>): string {
  const names = new Map([...ids.keys()].map((name, index) => [name, `validator${index}`]))
  const code = standalone.default(ajv, Object.fromEntries([...ids].map(([name, id]) => [names.get(name)!, id])))
  const table = [...names].map(([name, variable]) => `  ${JSON.stringify(name)}: ${variable},\n`).join('')
  const helpers = [...new Set([...code.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name!))]
  const imports = helpers.map((name, index) => `import helper${index} from ${JSON.stringify(`${name}.js`)}\n`).join('')
  const linked = code.replace(/\brequire\("([^"]+)"\)/g, (_, name: string) => `helper${helpers.indexOf(name)}`)
  return `${imports}${linked}\nconst VALIDATORS = {\n${table}}\n`
}
