import { at, type JsonObject, put } from '../../model/json.ts'

/** Members that are yes or no. AWS's guide writes them with a capital too, and means the same. */
const SWITCHES = ['/eraseDevice', '/customs/encryptedData', '/customs/requiresExportLicense']

/** A manifest with each of them in lower case, as the reference lists its values. */
export function withPlainSwitches(manifest: JsonObject): JsonObject {
  return SWITCHES.reduce((whole, pointer) => {
    const value = at(whole, pointer)
    return typeof value === 'string' ? put(whole, pointer, value.toLowerCase()) : whole
  }, manifest)
}
