/** A value's type and bounds from AWS's models, as data. */
export type Shape =
  | {
      readonly type: 'string'
      readonly min?: number
      readonly max?: number
      /** Must match the whole value. */
      readonly pattern?: RegExp
      readonly values?: readonly string[]
    }
  | { readonly type: 'integer' | 'number'; readonly min?: number; readonly max?: number }
  | { readonly type: 'boolean' }
  | { readonly type: 'list'; readonly of: Shape; readonly min?: number; readonly max?: number }
  | { readonly type: 'map'; readonly key: Shape; readonly value: Shape }
  | Structure

/** Members by wire name. Like AWS, the emulator drops members that are not listed. */
export type Structure = {
  readonly type: 'structure'
  readonly members: { readonly [name: string]: Shape }
  readonly required: readonly string[]
}

type Bounds = { min?: number; max?: number }

/** A text, with bounds on its length, alphabet or words. */
export const string = (bounds: Bounds & { pattern?: RegExp; values?: readonly string[] } = {}): Shape => ({
  type: 'string',
  ...bounds,
})
/** One of these words. */
export const oneOf = (...values: string[]): Shape => ({ type: 'string', values })
/** A whole number. */
export const integer = (bounds: Bounds = {}): Shape => ({ type: 'integer', ...bounds })
/** Any number. */
export const number = (bounds: Bounds = {}): Shape => ({ type: 'number', ...bounds })
/** True or false. */
export const boolean: Shape = { type: 'boolean' }
/** An array. */
export const list = (of: Shape, bounds: Bounds = {}): Shape => ({ type: 'list', of, ...bounds })
/** An object whose member names are data. */
export const map = (key: Shape, value: Shape): Shape => ({ type: 'map', key, value })

/** An object; a name that ends in `!` is required: `structure({ 'Bucket!': string(), Key: string() })`. */
export function structure(members: { readonly [name: string]: Shape }): Structure {
  const entries = Object.entries(members)
  return {
    type: 'structure',
    members: Object.fromEntries(entries.map(([name, shape]) => [name.replace('!', ''), shape])),
    required: entries.flatMap(([name]) => (name.endsWith('!') ? [name.slice(0, -1)] : [])),
  }
}
