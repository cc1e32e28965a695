import fs from 'node:fs'
import path from 'node:path'
import { readPackagedSchema } from '../load/schemas.ts'
import { canonicalise, type Json, type JsonObject, put } from '../model/json.ts'
import { loadSpecs, type Project } from './project.ts'
import { ownSchemaFolder } from './spec-place.ts'

/** The envelope's schema, which names targets and other specs. */
const ENVELOPE = 'job.schema.json'

const POLICY = '/$defs/envelope/properties/policy/properties'
const DEPENDENCY = `${POLICY}/dependsOn/items`

/** Names for an editor's completion: a project's targets and its specs' addresses. */
type Names = { readonly targets: readonly string[]; readonly addresses: readonly string[] }

/** Adds a project's target and spec names to a packaged schema as examples. Editors offer them but do not validate against them. */
export async function formatSchema(project: Project, file: string, text: string): Promise<string> {
  return file === ENVELOPE ? addNames(text, await readNames(project)) : text
}

/**
 * Writes a project's names into the schemas beside its specs. Only an unedited copy of this version is updated. Schemas in node_modules
 * belong to the package.
 */
export async function refreshSchema(project: Project): Promise<void> {
  const file = path.join(project.root, ownSchemaFolder(project), ENVELOPE)
  // A link may lead to another owner's file.
  if (
    !fs.existsSync(file) ||
    fs.realpathSync(file) !== path.join(fs.realpathSync(project.root), path.relative(project.root, file))
  )
    return
  const there = fs.readFileSync(file, 'utf8')
  const packaged = readPackagedSchema(ENVELOPE)
  if (!isCopyOf(there, packaged)) return
  const text = addNames(JSON.stringify(packaged), await readNames(project))
  if (text !== there) fs.writeFileSync(file, text)
}

async function readNames(project: Project): Promise<Names> {
  const { specs, blocked } = await loadSpecs(project, {})
  const addresses = [...specs, ...blocked].map(({ address }) => address)
  return { targets: Object.keys(project.config.targets).sort(), addresses: [...new Set(addresses)].sort() }
}

function addNames(text: string, { targets, addresses }: Names): string {
  const schema = JSON.parse(text) as JsonObject
  return `${JSON.stringify(createExamples(schema, targets, addresses), null, 2)}\n`
}

function createExamples(schema: JsonObject, targets: readonly string[], addresses: readonly string[]): JsonObject {
  const places: readonly (readonly [string, readonly string[]])[] = [
    [`${POLICY}/target/examples`, targets],
    [`${DEPENDENCY}/examples`, addresses],
    [`${DEPENDENCY}/properties/job/examples`, addresses],
  ]
  return places.reduce((whole, [pointer, names]) => (names.length === 0 ? whole : put(whole, pointer, names)), schema)
}

/** Returns true if a text is a packaged schema, apart from a project's names. */
function isCopyOf(text: string, packaged: JsonObject): boolean {
  try {
    const blank = (schema: JsonObject): Json => createExamples(schema, ['-'], ['-'])
    return canonicalise(blank(JSON.parse(text) as JsonObject)) === canonicalise(blank(packaged))
  } catch {
    return false
  }
}
