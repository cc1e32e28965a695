import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Json } from '../../model/json.ts'
import { lex } from './lex.ts'
import { compose, listSyntaxErrors } from './parse-source.ts'
import { createSource } from './source.ts'
import { toJson } from './to-json.ts'

/** The mapping in a member given as YAML text, or what is wrong with it. Places count within the text. */
export type ManifestText = { readonly value: Json } | { readonly diagnostic: Diagnostic }

/**
 * Reads the text of an Import/Export manifest leniently, because AWS's own samples write `manifestVersion:2.0` without
 * a space. Every scalar stays text, so `2.0` does not become 2, nor `yes` true.
 */
export function parseManifest(text: string): ManifestText {
  const source = createSource('', text.replace(KEY_WITHOUT_SPACE, '$1 '))
  const { lexemes, diagnostics } = lex(source)
  if (diagnostics[0]) return { diagnostic: diagnostics[0] }
  let value: Json = null
  for (const document of compose(source, lexemes, 'failsafe')) {
    const converted = toJson(source, document)
    const diagnostic = listSyntaxErrors(source, document)[0] ?? converted.diagnostics[0]
    if (diagnostic) return { diagnostic }
    value ??= converted.value ?? null
  }
  return { value }
}

/** A colon after the first word of a line, directly followed by its value, but not the colon of a URL. */
const KEY_WITHOUT_SPACE = /^([ \t]*(?:- +)*[A-Za-z][A-Za-z0-9]*:)(?=[^\s/])/gm
