import type { Schemas } from '../documents/check/check.ts'
import type { JsonObject } from '../model/json.ts'
import { readPackageFile } from '../system/package-file.ts'

const read = new Map<string, JsonObject>()

/** Reads a schema of this package, each file once. */
export const readPackagedSchema: Schemas = (file) => {
  const known = read.get(file)
  if (known) return known
  const schema = JSON.parse(readPackageFile(`schemas/${file}`)) as JsonObject
  read.set(file, schema)
  return schema
}
