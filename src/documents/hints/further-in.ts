import { getValue, isObject, type JsonObject, joinPointer } from '../../model/json.ts'

/** The way from a mapping's schema to a mapping further in that has a member: `ExportJobRequest`; undefined where none has it, or several. */
export function findFurtherIn(schema: JsonObject, member: string, depth = 3): string | undefined {
  const properties = schema['properties']
  if (!isObject(properties) || depth === 0) return undefined
  const found = Object.entries(properties).flatMap(([name, rule]) => {
    if (!isObject(rule)) return []
    if (isObject(getValue(rule, joinPointer('/properties', member)))) return [name]
    const deeper = findFurtherIn(rule, member, depth - 1)
    return deeper === undefined ? [] : [`${name}.${deeper}`]
  })
  return found.length === 1 ? found[0] : undefined
}
