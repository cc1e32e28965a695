/** Any JSON value. A missing member equals one that is `undefined`. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [member: string]: Json | undefined }

/** A JSON object. */
export type JsonObject = { readonly [member: string]: Json | undefined }

/** Returns true for JSON objects, but not for arrays, null and scalars. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
