import type { Place } from '../model/diagnostic.ts'
import type { Pointer } from '../model/json.ts'
import type { Spec } from '../model/spec.ts'
import { type Aim, type Locator, locator } from './locate.ts'
import { type SecretNames, safeExcerpt } from './mask.ts'
import { sourceOf } from './source.ts'

/** A place, and its line as far as it may be shown. */
export type Shown = { readonly place: Place; readonly excerpt?: string }

/** Finds members of specs in the files that they were read from. Files are parsed again, each once, when first asked about. */
export function showIn(
  files: ReadonlyMap<string, string>,
  names: SecretNames,
): (spec: Spec, pointer: Pointer, aim?: Aim) => Shown {
  const known = new Map<string, { source: ReturnType<typeof sourceOf>; locate: Locator }>()
  const open = (file: string) => {
    const source = sourceOf(file, files.get(file) ?? '')
    return { source, locate: locator(source) }
  }
  return (spec, pointer, aim) => {
    const { file } = spec.place
    const opened = known.get(file) ?? open(file)
    known.set(file, opened)
    const { place } = opened.locate(spec.index, pointer, aim)
    const excerpt = safeExcerpt(opened.source, place.line - 1, names)
    return excerpt === undefined ? { place } : { place, excerpt }
  }
}
