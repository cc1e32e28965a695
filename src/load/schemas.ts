import type { Schemas } from '../documents/check/check.ts'
import type { JsonObject } from '../model/json.ts'
import { readPackageFile } from '../system/package-file.ts'

const read = new Map<string, JsonObject>()

/** The schemas that come with this package. Each file is read when it is first asked for. */
export const readPackagedSchema: Schemas = (file) => {
  const known = read.get(file)
  if (known) return known
  const schema = JSON.parse(readPackageFile(`schemas/${file}`)) as JsonObject
  read.set(file, schema)
  return schema
}
