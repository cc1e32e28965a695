/** Any JSON value; an absent member and one that is `undefined` mean the same. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [member: string]: Json | undefined }

/** A JSON object. */
export type JsonObject = { readonly [member: string]: Json | undefined }

/** Tells a JSON object from arrays, null and scalars. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
