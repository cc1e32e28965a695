import { createHash, randomUUID } from 'node:crypto'

/** An object, or the mark of a deletion. */
export type Version = {
  readonly id: string
  /** Missing: a delete marker. */
  readonly body?: string
  readonly etag: string
  readonly encryption: string
  readonly keyId?: string
  /** Virtual epoch milliseconds. */
  readonly at: number
}

/** A bucket. Without versioning, each key keeps its last version alone. */
export type Bucket = {
  readonly region: string
  isVersioned: boolean
  /** The versions of each key, oldest first. */
  readonly objects: Map<string, Version[]>
}

/** What a write stores. */
export type NewObject = Pick<Version, 'body' | 'keyId' | 'at'>

/** All buckets, by name, in memory. */
export type Buckets = Map<string, Bucket>

/** Returns the object that a read of a key sees now. Reads are strong: each sees the last write. */
export function readObject({ objects }: Bucket, key: string, versionId?: string): Version | undefined {
  const versions = objects.get(key) ?? []
  const found = versionId === undefined ? versions.at(-1) : versions.find(({ id }) => id === versionId)
  return found?.body === undefined ? undefined : found
}

/** Stores an object, or deletes one if it has no body. */
export function writeObject(bucket: Bucket, key: string, { body, keyId, at }: NewObject): Version {
  const id = bucket.isVersioned ? randomUUID() : 'null'
  const encryption = keyId === undefined ? 'AES256' : 'aws:kms'
  const version: Version = { id, body, keyId, at, encryption, etag: computeEtag(body, keyId) }
  const older = bucket.objects.get(key) ?? []
  bucket.objects.set(key, bucket.isVersioned ? [...older, version] : [version])
  return version
}

/** The MD5 of the content. Under a key of KMS it is no MD5 of the content, so no caller may count on that. */
function computeEtag(body: string | undefined, keyId: string | undefined): string {
  const hash = createHash('md5').update(body ?? '')
  if (keyId !== undefined) hash.update(randomUUID())
  return `"${hash.digest('hex')}"`
}
