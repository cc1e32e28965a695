import { formatAddress, isAddress } from '../model/address.ts'
import type { Place } from '../model/diagnostic.ts'
import { isObject } from '../model/json.ts'
import type { KindModel } from '../model/kind.ts'
import { buildSpec } from './build-spec.ts'
import type { Draft } from './draft.ts'
import type { CheckedDocument } from './memory.ts'
import { createLocator } from './parse/locate.ts'
import type { ParsedDocument } from './parse/parsed-document.ts'
import type { Source } from './parse/source.ts'

/**
 * Returns what to remember of a file. Undefined if it has a diagnostic, depends on another file, or changes from run
 * to run: then it is read each time.
 */
export function toChecked(
  documents: readonly ParsedDocument[],
  drafts: readonly Draft[],
): readonly CheckedDocument[] | undefined {
  const checked = drafts.flatMap(({ index, place, spec, diagnostics }, at): CheckedDocument[] => {
    const value = documents[at]?.value
    if (spec === undefined || spec.files.length > 1 || diagnostics.length > 0 || !isObject(value)) return []
    // Its request is an example, and `$text` and `$time` are not remembered.
    if (spec.template !== undefined) return []
    const { kind, request } = spec
    return [[index, place.line, place.column, kind, value['metadata'] ?? null, value['policy'] ?? null, request]]
  })
  return checked.length === drafts.length && drafts.length > 0 ? checked : undefined
}

/** Creates the drafts of remembered documents. Undefined if they do not have the form of checked ones. */
export function recallDrafts(
  source: Source,
  documents: readonly CheckedDocument[],
  kinds: ReadonlyMap<string, KindModel>,
): Draft[] | undefined {
  const locate = createLocator(source)
  const drafts = documents.flatMap(([index, line, column, kind, metadata, policy, request]): Draft[] => {
    const model = kinds.get(kind)
    const name = isObject(metadata) ? metadata['name'] : undefined
    if (model === undefined || typeof name !== 'string' || !isObject(request)) return []
    const address = formatAddress(kind, name)
    if (!isAddress(address)) return []
    const place: Place = { file: source.file, line, column, endLine: line, endColumn: column + 1 }
    const spec = buildSpec({ metadata, policy }, model, request, [], { source, place, index })
    return [
      { source, locate, index, place, model, address, policy: spec.policy, request, spec, diagnostics: NO_DIAGNOSTICS },
    ]
  })
  return drafts.length === documents.length && drafts.length > 0 ? drafts : undefined
}

const NO_DIAGNOSTICS: Draft['diagnostics'] = []
