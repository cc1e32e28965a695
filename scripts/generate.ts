/**
 * Generates the dispatch on `kind` in schemas/job.schema.json, the page of differences from AWS's models, and the generated parts of docs/.
 * Its sources are the schemas and models of the kinds, the table of exit codes, and the program's own help.
 * `tsx scripts/generate.ts` writes; with `--check` it names the files that differ and exits 1.
 */
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { MODELS } from '../src/kinds/index.ts'
import { differencesPage } from './differences.ts'
import { cliPage } from './pages/cli-page.ts'
import { kindParts } from './pages/kind-parts.ts'
import { filled, type Parts } from './pages/markers.ts'
import { configParts, exitCodeParts, jsonLineParts, specParts } from './pages/tables.ts'
import { perRunSchema } from './per-run-schema.ts'

type Schema = { [member: string]: unknown }

const root = path.join(import.meta.dirname, '..')
const schemas = path.join(root, 'schemas')
const lineWidth = 120

/**
 * Everything that is generated.
 * @returns file, relative to the root of the repository, to the content that it should have
 */
export function generated(): Map<string, string> {
  return new Map([
    ['schemas/job.schema.json', jobSchema(listKinds())],
    [
      'schemas/per-run.schema.json',
      `${format(perRunSchema(new Map(listKinds().map((kind) => [kind, readSchema(`${kind}.schema.json`)]))))}\n`,
    ],
    ['docs/unenforced.md', differencesPage()],
    ['docs/cli.md', cliPage()],
    ...[...partsOfPages()].map(([file, parts]) => [file, withParts(file, parts)] as const),
  ])
}

/** Hand-written pages with generated parts. */
function partsOfPages(): Map<string, Parts> {
  return new Map([
    ...MODELS.map((model) => [`docs/kinds/${model.kind}.md`, kindParts(model)] as const),
    ['docs/configuration.md', configParts()],
    ['docs/spec.md', specParts()],
    ['docs/exit-codes.md', exitCodeParts()],
    ['docs/json.md', jsonLineParts()],
  ])
}

function withParts(file: string, parts: Parts): string {
  return filled(fs.readFileSync(path.join(root, file), 'utf8'), parts, file)
}

/** The kinds with a schema, sorted. Only their files begin with a capital. */
export function listKinds(): string[] {
  return fs
    .readdirSync(schemas)
    .flatMap((file) => /^([A-Z]\w*)\.schema\.json$/.exec(file)?.[1] ?? [])
    .sort()
}

function readSchema(file: string): Schema {
  return JSON.parse(fs.readFileSync(path.join(schemas, file), 'utf8')) as Schema
}

/** The kinds that alone take some members of `policy`, in the order of the rules of the envelope that forbid them to all others. */
const POLICY_OWNERS = ['IotJob', 'DataExchangeJob']

/** The existing envelope, with the kinds filled in. */
function jobSchema(kinds: readonly string[]): string {
  type Kinds = { properties: { kind: Schema } }
  const schema = readSchema('job.schema.json') as { $defs: { envelope: Kinds & { allOf: { if: Kinds }[] } } } & Schema
  const { envelope } = schema.$defs
  envelope.properties.kind['enum'] = kinds
  for (const [index, owner] of POLICY_OWNERS.entries()) {
    const rule = envelope.allOf[index]
    if (rule) rule.if.properties.kind['enum'] = kinds.filter((kind) => kind !== owner)
  }
  schema.allOf = [{ $ref: '#/$defs/envelope' }, ...kinds.map(dispatch)]
  return `${format(schema)}\n`
}

function dispatch(kind: string): Schema {
  return {
    if: { required: ['kind'], properties: { kind: { const: kind } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: {
      if: {
        properties: { policy: { type: 'object', required: ['schedule'], properties: { schedule: true } } },
        required: ['policy'],
      },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { properties: { spec: { $ref: `per-run.schema.json#/$defs/${kind}` } } },
      else: { properties: { spec: { $ref: `${kind}.schema.json` } } },
    },
  }
}

/** JSON as biome leaves it: objects over several lines, lists of plain values on one where they fit. */
function format(value: unknown, indent = '', used = 0): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    const line = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`
    const plain = value.every((item) => typeof item !== 'object' || item === null)
    if (plain && used + line.length + 1 <= lineWidth) return line
    return `[\n${value.map((item) => `${inner}${format(item, inner, inner.length)}`).join(',\n')}\n${indent}]`
  }
  const members = Object.entries(value).map(([name, item]) => {
    const start = `${inner}${JSON.stringify(name)}: `
    return `${start}${format(item, inner, start.length)}`
  })
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${indent}}`
}

/** Writes the files that differ, or only names them. @returns the exit code */
function main(check: boolean): number {
  const stale: string[] = []
  for (const [file, text] of generated()) {
    const full = path.join(root, file)
    if (fs.existsSync(full) && fs.readFileSync(full, 'utf8') === text) continue
    stale.push(file)
    if (check) continue
    fs.mkdirSync(path.dirname(full), { recursive: true })
    fs.writeFileSync(full, text)
  }
  const said = check ? 'differs from what `npm run generate` writes' : 'written'
  process.stdout.write(stale.map((file) => `${file}: ${said}\n`).join(''))
  return check && stale.length > 0 ? 1 : 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv.includes('--check'))
