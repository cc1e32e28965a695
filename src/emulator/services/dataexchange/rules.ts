import { isObject } from '../../json.ts'
import type { CreateJobInput } from './job.ts'
import { jobTypes } from './shapes.ts'

const references = /\$\{([^{}]*)\}/g
const known = /^((Asset|DataSet)\.(Id|Name)|Revision\.Id|Revision\.CreatedAt(\.(Year|Month|Day))?)$/

/**
 * Applies the rules that no shape can express: Details fits Type, encryption has its key, key patterns name an asset.
 * @returns what is wrong, or undefined
 */
export function findJobFault({ Type, Details, AssetConfiguration }: CreateJobInput): string | undefined {
  const { member } = jobTypes[Type]!
  const given = Object.keys(Details)
  if (given.length !== 1 || given[0] !== member) {
    return `Details of a job of type ${Type} must hold ${member} and nothing else.`
  }
  const details = Details[member]!
  const { Encryption: encryption } = details
  if (isObject(encryption) && encryption['Type'] === 'aws:kms' && encryption['KmsKeyArn'] === undefined) {
    return 'KmsKeyArn is required when the encryption type is aws:kms.'
  }
  const tags = (AssetConfiguration?.['Tags'] ?? []) as readonly { readonly Key: string }[]
  const keys = tags.map(({ Key }) => Key)
  if (keys.some((key) => /^aws:/i.test(key))) return 'Tag keys that begin with aws: are reserved.'
  if (new Set(keys).size < keys.length) return 'Duplicate tag keys.'
  const destinations = (details['RevisionDestinations'] ?? []) as readonly { KeyPattern?: string }[]
  return destinations.flatMap(({ KeyPattern }) => findPatternFault(KeyPattern) ?? [])[0]
}

function findPatternFault(pattern: string | undefined): string | undefined {
  if (pattern === undefined) return undefined
  const names = [...pattern.matchAll(references)].map(([, name]) => name ?? '')
  const unknown = names.find((name) => !known.test(name))
  if (unknown !== undefined) return `KeyPattern has an unknown reference \${${unknown}}.`
  return names.some((name) => name.startsWith('Asset.')) ? undefined : 'KeyPattern must hold an Asset reference.'
}
