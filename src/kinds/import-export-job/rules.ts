import { formatNumber } from '../../model/format-number.ts'
import { getValue, isObject, type JsonObject } from '../../model/json.ts'
import type { Finding } from '../../model/kind.ts'
import { advise } from '../../model/remedy.ts'

/**
 * The rules of CreateJob and of the manifest that no schema can express. A manifest given as text is already a mapping.
 */
export function check(request: JsonObject): Finding[] {
  return [...checkAddendum(request), ...checkLogPrefix(request), ...checkCustoms(request)]
}

function checkAddendum(request: JsonObject): Finding[] {
  if (request['ManifestAddendum'] === undefined) return []
  return [
    {
      pointer: '/ManifestAddendum',
      code: 'SPEC_INTERNAL_MEMBER',
      message: 'ManifestAddendum is for use inside AWS',
      remedies: [advise('remove it')],
    },
  ]
}

/** The bytes of an S3 key, less `export-log-` and a job ID of five characters (developer guide, manifest options). */
const LOG_PREFIX_MAX = 1024 - 'export-log-'.length - 5

function checkLogPrefix(request: JsonObject): Finding[] {
  const prefix = getValue(request, '/Manifest/logPrefix')
  const bytes = typeof prefix === 'string' ? new TextEncoder().encode(prefix).length : 0
  if (bytes <= LOG_PREFIX_MAX) return []
  return [
    {
      pointer: '/Manifest/logPrefix',
      code: 'SPEC_LOG_PREFIX',
      message: `logPrefix is ${formatNumber(bytes)} bytes long`,
      remedies: [
        advise(`at most ${formatNumber(LOG_PREFIX_MAX)}: AWS adds export-log-JOBID, and a key of S3 holds 1,024`),
      ],
    },
  ]
}

/** The United States and the European Union. Within each, a disk need not cross a border. */
const HOME = new Set(
  [
    'us, usa, united states, united states of america, at, austria, be, belgium, bg, bulgaria, hr, croatia, cy, cyprus',
    'cz, czechia, czech republic, dk, denmark, ee, estonia, fi, finland, fr, france, de, germany, gr, greece, hu, hungary',
    'ie, ireland, it, italy, lv, latvia, lt, lithuania, lu, luxembourg, mt, malta, nl, netherlands, the netherlands',
    'pl, poland, pt, portugal, ro, romania, sk, slovakia, si, slovenia, es, spain, se, sweden',
  ].flatMap((line) => line.split(', ')),
)

/** The fields of the customs form (developer guide, customs options). */
const CUSTOMS = [
  'dataDescription',
  'encryptedData',
  'exportCertifierName',
  'requiresExportLicense',
  'deviceValue',
  'deviceCountryOfOrigin',
  'deviceType',
  'typeOfExport',
]

function checkCustoms(request: JsonObject): Finding[] {
  const customs = getValue(request, '/Manifest/customs')
  const country = getValue(request, '/Manifest/returnAddress/country')
  if (customs === undefined) return typeof country === 'string' ? checkCountry(country) : []
  if (!isObject(customs)) return []
  const needed = [...CUSTOMS, ...(/^yes$/i.test(String(customs['encryptedData'])) ? ['encryptionClassification'] : [])]
  const missing = needed.filter((member) => customs[member] === undefined)
  if (missing.length === 0) return []
  return [
    {
      pointer: '/Manifest/customs',
      code: 'SPEC_CUSTOMS',
      message: `customs lacks ${missing.join(', ')}`,
      remedies: [advise('customs require them if a disk crosses a border; AWS then rejects a manifest without them')],
    },
  ]
}

function checkCountry(country: string): Finding[] {
  if (HOME.has(country.trim().toLowerCase().replaceAll('.', ''))) return []
  return [
    {
      pointer: '/Manifest/returnAddress/country',
      code: 'SPEC_CUSTOMS',
      message: `a disk from ${country} hardly reaches AWS without crossing a border, and the manifest has no customs`,
      remedies: [advise(`add customs: { ${CUSTOMS.join(', ')} }, unless AWS reads the disk in the same country`)],
    },
  ]
}
