import { Document, isMap, Scalar, visit } from 'yaml'
import { type JsonObject, splitPointer } from '../../model/json.ts'
import type { ExportedRequest } from '../../model/kind.ts'
import { toSentence } from '../../report/words.ts'

/** The input for a spec's text. */
export type ExportedSpec = {
  readonly kind: string
  readonly name: string
  /** Path of the envelope's schema, for editors. */
  readonly schema: string
  /** Absent for the default target. */
  readonly target?: string
  readonly exported: ExportedRequest
  /** Where the job comes from, in words. */
  readonly origin: string
}

/** Texts that older YAML parsers read as booleans or numbers. */
const MISTAKABLE = /^(?:y|n|yes|no|on|off|\d+(?::\d+)+)$/i

/** Formats a spec that describes an existing job. Comments name what AWS does not return. */
export function formatExportedSpec({ kind, name, schema, target, exported, origin }: ExportedSpec): string {
  const document = {
    apiVersion: 'jobwright/v1',
    kind,
    metadata: { name },
    ...(target !== undefined && { policy: { target } }),
    spec: exported.request,
  }
  return [
    `# yaml-language-server: $schema=${schema}`,
    `# ${toSentence(origin)}`,
    formatYaml(document, exported.omitted),
  ].join('\n')
}

function formatYaml(value: JsonObject, omitted: ExportedRequest['omitted']): string {
  const document = new Document(value, { aliasDuplicateObjects: false })
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string' && MISTAKABLE.test(node.value)) node.type = Scalar.QUOTE_DOUBLE
    },
  })
  for (const { pointer, why } of omitted) {
    const [member = '', ...around] = splitPointer(pointer).reverse()
    const mapping = document.getIn(['spec', ...around.reverse()])
    if (isMap(mapping))
      mapping.comment = [mapping.comment, ` ${member}: not returned by AWS; ${why}`].filter(Boolean).join('\n')
  }
  return document.toString({ lineWidth: 0 })
}
