import { isObject, type Json, type JsonObject } from '../../json.ts'
import { readManifest } from '../../manifest-text.ts'
import { createProblem } from './errors.ts'

/** A manifest whose scalars are all texts. */
export type Manifest = JsonObject

/**
 * Parses a manifest.
 * @throws ServiceError MalformedManifestException
 */
export function parseManifest(text: string): Manifest {
  const manifest = readManifest(text)
  if (manifest) return manifest
  throw createProblem('MalformedManifest', 'Your manifest is not well-formed.')
}

/** A field's text; empty if it is absent, or no text. */
export function getScalar(manifest: Manifest, name: string): string {
  const value = manifest[name]
  return typeof value === 'string' ? value : ''
}

/**
 * Checks a manifest by the fields that the developer guide lists for its kind of job. Fields it does not list are let through: the set changed by edition.
 * @throws ServiceError naming the first rule that is broken
 */
export function checkManifest(jobType: string, manifest: Manifest): void {
  requireMembers(manifest, ['manifestVersion', 'deviceId', 'returnAddress'])
  checkWords(manifest, 'manifestVersion', ['2.0', '3.0'])
  checkAddress(manifest['returnAddress']!)
  checkOperations(manifest['operations'])
  if (jobType === 'Export') checkExport(manifest)
  else if (getScalar(manifest, 'manifestVersion').startsWith('3')) checkVolume(manifest)
  else checkImport(manifest)
  for (const name of ['bucket', 'logBucket']) checkBucket(manifest[name])
  checkWords(manifest, 'serviceLevel', ['standard', 'expeditedShipping'])
  checkLogPrefix(getScalar(manifest, 'logPrefix'))
  if (manifest['customs'] !== undefined && !isObject(manifest['customs'])) {
    throw createProblem('InvalidCustoms', 'customs must be a mapping.')
  }
}

function checkOperations(operations: Json | undefined): void {
  if (operations === undefined) return
  if (!Array.isArray(operations) || operations.length === 0) {
    throw createProblem('InvalidManifestField', 'operations must be a list.')
  }
  if (!operations.every(isObject)) throw createProblem('InvalidManifestField', 'Each of operations must be a mapping.')
}

function checkImport(manifest: Manifest): void {
  requireMembers(manifest, ['bucket', 'eraseDevice'])
  checkWords(manifest, 'eraseDevice', ['yes', 'no', 'Yes', 'No', 'true', 'false'])
  checkWords(manifest, 'acl', ['private', 'public-read', 'public-read-write', 'authenticated-read'])
}

/** Imports into EBS and Glacier. Older guides name the destination itself in place of operations; Glacier alone erases nothing. */
function checkVolume(manifest: Manifest): void {
  const operations = manifest['operations']
  requireMembers(manifest, ['logBucket', ...(manifest['destination'] === undefined ? ['operations'] : [])])
  const isGlacier =
    Array.isArray(operations) && operations.some((each: Json) => isObject(each) && each['destination'] === 'glacier')
  if (!isGlacier) requireMembers(manifest, ['eraseDevice'])
}

function checkExport(manifest: Manifest): void {
  requireMembers(manifest, ['fileSystem', 'operations', 'logBucket'])
  const fileSystem = getScalar(manifest, 'fileSystem').toUpperCase()
  if (!['NTFS', 'EXT4', 'EXT3', 'EXT2', 'FAT32'].includes(fileSystem)) {
    throw createProblem('InvalidFileSystem', `File system ${fileSystem} is not supported.`)
  }
  for (const each of manifest['operations'] as JsonObject[]) {
    requireMembers(each, ['exportBucket'])
    checkBucket(each['exportBucket'])
  }
}

function checkAddress(address: Json): void {
  if (!isObject(address)) throw createProblem('InvalidAddress', 'returnAddress must be a mapping.')
  const missing = ['name', 'street1', 'city', 'postalCode', 'phoneNumber', 'country'].find((name) => !address[name])
  if (missing) throw createProblem('InvalidAddress', `returnAddress lacks ${missing}.`)
}

function checkBucket(name: Json | undefined): void {
  if (name === undefined) return
  if (typeof name !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9._-]{2,254}$/.test(name)) {
    // Never the value itself if it is no text: aliases can make a small manifest endlessly large.
    throw createProblem('NoSuchBucket', `Bucket ${typeof name === 'string' ? name : 'of another type'} does not exist.`)
  }
}

function checkLogPrefix(prefix: string): void {
  // The log's key is the prefix and `export-log-` with a job ID of five characters, at most 1024 bytes.
  if (Buffer.byteLength(prefix) + 'export-log-ABCDE'.length > 1024) {
    throw createProblem('InvalidManifestField', 'logPrefix is too long.')
  }
}

function requireMembers(mapping: JsonObject, names: readonly string[]): void {
  const missing = names.filter((name) => mapping[name] === undefined || mapping[name] === '')
  if (missing.length > 0) throw createProblem('MissingManifestField', `The manifest lacks ${missing.join(', ')}.`)
}

function checkWords(manifest: Manifest, name: string, allowed: readonly string[]): void {
  const value = manifest[name]
  if (value === undefined || (typeof value === 'string' && allowed.includes(value))) return
  throw createProblem('InvalidManifestField', `${name} must be one of ${allowed.join(', ')}.`)
}
