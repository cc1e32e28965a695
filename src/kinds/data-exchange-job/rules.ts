import { getValue, type Json, type JsonObject } from '../../model/json.ts'
import type { Finding } from '../../model/kind.ts'
import { advise } from '../../model/remedy.ts'
import { findTagFaults } from '../tags.ts'

/** The rules of CreateJob between members, and those of forms that no schema can say. */
export function check(request: JsonObject): Finding[] {
  return [
    ...findTagFaults(request, '/AssetConfiguration/Tags'),
    ...checkDestinations(request),
    ...checkPatterns(request),
  ]
}

const DESTINATIONS = '/Details/ExportAssetsToS3/AssetDestinations'

/** An export replaces an object that is already there, so that of two assets with one key only the last is left. */
function checkDestinations(request: JsonObject): Finding[] {
  const list = getValue(request, DESTINATIONS)
  if (!Array.isArray(list)) return []
  const keys = list.map((one: Json) =>
    getValue(one, '/Key') === undefined ? '' : `${String(getValue(one, '/Bucket'))}/${String(getValue(one, '/Key'))}`,
  )
  return keys.flatMap((key, index): Finding[] =>
    key === '' || keys.indexOf(key) === index
      ? []
      : [
          {
            pointer: `${DESTINATIONS}/${index}/Key`,
            code: 'SPEC_SAME_OBJECT',
            message: `two assets are written to ${key}`,
            remedies: [advise('the second replaces the first: give each asset a key of its own')],
          },
        ],
  )
}

/** References that a key pattern may have (Data Exchange user guide, key patterns). */
const KNOWN = new Set([
  'DataSet.Id',
  'DataSet.Name',
  'Asset.Id',
  'Asset.Name',
  'Revision.Id',
  'Revision.CreatedAt',
  'Revision.CreatedAt.Year',
  'Revision.CreatedAt.Month',
  'Revision.CreatedAt.Day',
])

function checkPatterns(request: JsonObject): Finding[] {
  const pointer = '/Details/ExportRevisionsToS3/RevisionDestinations'
  const list = getValue(request, pointer)
  if (!Array.isArray(list)) return []
  return list.flatMap((one: Json, index): Finding[] => {
    const pattern = getValue(one, '/KeyPattern')
    const names =
      typeof pattern === 'string' ? [...pattern.matchAll(/\$\{([^{}]*)\}/g)].map(([, name = '']) => name) : []
    const unknown = names.find((name) => !KNOWN.has(name))
    if (unknown === undefined) return []
    return [
      {
        pointer: `${pointer}/${index}/KeyPattern`,
        code: 'SPEC_KEY_PATTERN',
        message: `AWS documents no reference \${${unknown}}`,
        remedies: [advise(`references are ${[...KNOWN].map((name) => `\${${name}}`).join(', ')}`)],
      },
    ]
  })
}
