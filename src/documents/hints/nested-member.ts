import { getValue, isObject, type JsonObject, joinPointer } from '../../model/json.ts'

/**
 * The path to the one nested mapping that has a member, such as `ExportJobRequest`. Undefined if none or several have
 * it.
 */
export function findNestedMember(schema: JsonObject, member: string, depth = 3): string | undefined {
  const properties = schema['properties']
  if (!isObject(properties) || depth === 0) return undefined
  const found = Object.entries(properties).flatMap(([name, rule]) => {
    if (!isObject(rule)) return []
    if (isObject(getValue(rule, joinPointer('/properties', member)))) return [name]
    const deeper = findNestedMember(rule, member, depth - 1)
    return deeper === undefined ? [] : [`${name}.${deeper}`]
  })
  return found.length === 1 ? found[0] : undefined
}
