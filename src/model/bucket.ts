/** A name that a bucket may have, and a key that needs no escaping in any tool. As in schemas/config.schema.json. */
export const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
export const OBJECT_KEY = /^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/

/** An object of a bucket, as a read shows it. */
export type BucketObject = {
  readonly text: string
  /** Changes with each write. */
  readonly etag: string
}

/** What a stored object says of its bucket. */
export type StoredObject = {
  readonly etag: string
  /** The bucket keeps older versions. */
  readonly isVersioned: boolean
  readonly isEncrypted: boolean
}

/** The condition of a write: there is no object, or it still has this ETag. */
export type WriteCondition = { readonly ifNone: true } | { readonly ifMatch: string }

/** Why a bucket does not serve. `other`: a named error of S3 without words of its own. */
export type BucketFailureKind = 'bucket' | 'region' | 'denied' | 'key' | 'credentials' | 'unsupported' | 'other'

/** A failure that a repetition does not change, with the words of S3. */
export type BucketFailure = {
  readonly kind: BucketFailureKind
  readonly name: string
  readonly message: string
  /** The region of the bucket, if S3 names it. */
  readonly region?: string
  /** The permission that is missing, if S3 names it. */
  readonly action?: string
}

/**
 * What became of a request that brought no result. `lost`: it may have been carried out, or still be. `slow`: S3 asks to send less. `conflict`:
 * another request was under way, and nothing was stored. `refused`: it was not carried out, and never will be.
 */
export type BucketTrouble =
  | { readonly is: 'lost'; readonly why: string }
  | { readonly is: 'slow'; readonly why: string }
  | { readonly is: 'conflict'; readonly why: string }
  | { readonly is: 'refused'; readonly failure: BucketFailure }

/** The answer to a read. */
export type BucketRead = { readonly is: 'read'; readonly object: BucketObject | undefined } | BucketTrouble

/** The answer to a conditional write. `changed`: the condition does not hold. */
export type BucketWrite =
  | { readonly is: 'stored'; readonly stored: StoredObject }
  | { readonly is: 'changed'; readonly why: string }
  | BucketTrouble

/** A bucket. Each call sends one request, and never repeats it. No call throws for an answer of S3. */
export type Bucket = {
  readonly name: string
  /** The region that requests go to. */
  readonly region: string
  read(key: string): Promise<BucketRead>
  write(key: string, text: string, condition: WriteCondition): Promise<BucketWrite>
}
