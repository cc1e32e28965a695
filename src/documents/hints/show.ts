import type { Pointer } from '../../model/json.ts'
import type { Spec } from '../../model/spec.ts'
import { maskSecret, type SecretNames } from '../check/mask.ts'
import { type Aim, createLocator, type Locator } from '../parse/locate.ts'
import { createSource, type Spot } from '../parse/source.ts'

/** Finds members of specs in the files that they were read from. Files are parsed again, each once, when first asked about. */
export function showIn(
  files: ReadonlyMap<string, string>,
  names: SecretNames,
): (spec: Spec, pointer: Pointer, aim?: Aim) => Spot {
  const known = new Map<string, { source: ReturnType<typeof createSource>; locate: Locator }>()
  const open = (file: string) => {
    const source = createSource(file, files.get(file) ?? '')
    return { source, locate: createLocator(source) }
  }
  return (spec, pointer, aim) => {
    const { file } = spec.place
    const opened = known.get(file) ?? open(file)
    known.set(file, opened)
    const { source: _text, ...spot } = opened.locate(spec.index, pointer, aim)
    return maskSecret(opened.source, spot, names)
  }
}
