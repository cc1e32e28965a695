import { isObject, type Json, type JsonObject } from '../../json.ts'
import { readManifest } from '../../manifest-text.ts'
import { problem } from './errors.ts'

/** A manifest whose scalars are all texts. */
export type Manifest = JsonObject

/**
 * Parses a manifest.
 * @throws ServiceError MalformedManifestException
 */
export function parseManifest(text: string): Manifest {
  const manifest = readManifest(text)
  if (manifest) return manifest
  throw problem('MalformedManifest', 'Your manifest is not well-formed.')
}

/** A field's text; empty if it is absent, or no text. */
export function scalar(manifest: Manifest, name: string): string {
  const value = manifest[name]
  return typeof value === 'string' ? value : ''
}

/**
 * Checks a manifest by the fields that the developer guide lists for its kind of job. Fields it does not list are let through: the set changed by edition.
 * @throws ServiceError naming the first rule that is broken
 */
export function checkManifest(jobType: string, manifest: Manifest): void {
  need(manifest, ['manifestVersion', 'deviceId', 'returnAddress'])
  words(manifest, 'manifestVersion', ['2.0', '3.0'])
  checkAddress(manifest['returnAddress']!)
  checkOperations(manifest['operations'])
  if (jobType === 'Export') checkExport(manifest)
  else if (scalar(manifest, 'manifestVersion').startsWith('3')) checkVolume(manifest)
  else checkImport(manifest)
  for (const name of ['bucket', 'logBucket']) checkBucket(manifest[name])
  words(manifest, 'serviceLevel', ['standard', 'expeditedShipping'])
  checkLogPrefix(scalar(manifest, 'logPrefix'))
  if (manifest['customs'] !== undefined && !isObject(manifest['customs'])) {
    throw problem('InvalidCustoms', 'customs must be a mapping.')
  }
}

function checkOperations(operations: Json | undefined): void {
  if (operations === undefined) return
  if (!Array.isArray(operations) || operations.length === 0) {
    throw problem('InvalidManifestField', 'operations must be a list.')
  }
  if (!operations.every(isObject)) throw problem('InvalidManifestField', 'Each of operations must be a mapping.')
}

function checkImport(manifest: Manifest): void {
  need(manifest, ['bucket', 'eraseDevice'])
  words(manifest, 'eraseDevice', ['yes', 'no', 'Yes', 'No', 'true', 'false'])
  words(manifest, 'acl', ['private', 'public-read', 'public-read-write', 'authenticated-read'])
}

/** Imports into EBS and Glacier. Older guides name the destination itself in place of operations; Glacier alone erases nothing. */
function checkVolume(manifest: Manifest): void {
  const operations = manifest['operations']
  need(manifest, ['logBucket', ...(manifest['destination'] === undefined ? ['operations'] : [])])
  const isGlacier =
    Array.isArray(operations) && operations.some((each: Json) => isObject(each) && each['destination'] === 'glacier')
  if (!isGlacier) need(manifest, ['eraseDevice'])
}

function checkExport(manifest: Manifest): void {
  need(manifest, ['fileSystem', 'operations', 'logBucket'])
  const fileSystem = scalar(manifest, 'fileSystem').toUpperCase()
  if (!['NTFS', 'EXT4', 'EXT3', 'EXT2', 'FAT32'].includes(fileSystem)) {
    throw problem('InvalidFileSystem', `File system ${fileSystem} is not supported.`)
  }
  for (const each of manifest['operations'] as JsonObject[]) {
    need(each, ['exportBucket'])
    checkBucket(each['exportBucket'])
  }
}

function checkAddress(address: Json): void {
  if (!isObject(address)) throw problem('InvalidAddress', 'returnAddress must be a mapping.')
  const missing = ['name', 'street1', 'city', 'postalCode', 'phoneNumber', 'country'].find((name) => !address[name])
  if (missing) throw problem('InvalidAddress', `returnAddress lacks ${missing}.`)
}

function checkBucket(name: Json | undefined): void {
  if (name === undefined) return
  if (typeof name !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9._-]{2,254}$/.test(name)) {
    // Never the value itself if it is no text: aliases can make a small manifest endlessly large.
    throw problem('NoSuchBucket', `Bucket ${typeof name === 'string' ? name : 'of another type'} does not exist.`)
  }
}

function checkLogPrefix(prefix: string): void {
  // The log's key is the prefix and `export-log-` with a job ID of five characters, at most 1024 bytes.
  if (Buffer.byteLength(prefix) + 'export-log-ABCDE'.length > 1024) {
    throw problem('InvalidManifestField', 'logPrefix is too long.')
  }
}

function need(mapping: JsonObject, names: readonly string[]): void {
  const missing = names.filter((name) => mapping[name] === undefined || mapping[name] === '')
  if (missing.length > 0) throw problem('MissingManifestField', `The manifest lacks ${missing.join(', ')}.`)
}

function words(manifest: Manifest, name: string, allowed: readonly string[]): void {
  const value = manifest[name]
  if (value === undefined || (typeof value === 'string' && allowed.includes(value))) return
  throw problem('InvalidManifestField', `${name} must be one of ${allowed.join(', ')}.`)
}
