import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { Bucket, BucketFailure, BucketRead, BucketTrouble, BucketWrite, WriteCondition } from '../model/bucket.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import { describeProblem, isUnnamed } from './aws-error.ts'
import type { CredentialsProvider } from './client-settings.ts'
import { loadCredentials } from './credentials.ts'
import { resolveEndpoint } from './endpoint.ts'
import { readHandler, TIMEOUTS } from './handler.ts'
import type { Env } from './target.ts'

/** A bucket as jobwright.yaml names it. */
export type BucketPlace = {
  readonly bucket: string
  readonly region?: string
  /** The key of KMS that encrypts what is written. By default the bucket's own encryption. */
  readonly kmsKeyId?: string
}

/** How to reach a bucket. */
export type BucketAccess = {
  readonly env: Env
  /** Our version, for the user agent. */
  readonly version: string
  /** By default those of the process's environment, by the chain of the SDK. */
  readonly credentials?: CredentialsProvider
}

/** The name of the state in messages about a target. */
const TARGET = { name: 'state' }

/** A large state takes a while on a slow line. */
const WRITE_TIMEOUTS = { ...TIMEOUTS, requestTimeout: 120_000, socketTimeout: 120_000 }

/** Errors of S3 after which the request may be sent again. */
const AGAIN = ['RequestTimeout', 'IncompleteBody', 'BadDigest', 'XAmzContentSHA256Mismatch', 'ForeignAnswer']
const SLOW = ['SlowDown', 'ServiceUnavailable', 'RequestLimitExceeded', 'Throttling', 'ThrottlingException']
const MOVED = ['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException']
const CREDENTIALS = [
  'CredentialsProviderError',
  'TokenProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidToken',
  'TokenRefreshRequired',
  'InvalidAccessKeyId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
]

/**
 * Opens a bucket with the credentials of the environment. Another endpoint than AWS's comes from the environment alone, because a commit can
 * change jobwright.yaml. Throws a Problem (exit 4) without a region, or for an endpoint where signed requests must not go.
 */
export async function openS3Bucket(place: BucketPlace, { env, version, ...given }: BucketAccess): Promise<Bucket> {
  const region = place.region ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'])
  if (region === undefined || region === '') throw createNoRegion()
  const endpoint = resolveEndpoint('s3', TARGET, env)
  const credentials =
    given.credentials ?? (await loadCredentials({ ...TARGET, region }, resolveEndpoint('sts', TARGET, env), version))
  const client = new S3Client({
    region,
    endpoint,
    // A store that is not AWS's has no host for each bucket.
    forcePathStyle: endpoint !== undefined,
    credentials,
    customUserAgent: [['jobwright', version]],
    requestHandler: readHandler(() => {}, WRITE_TIMEOUTS),
    // A repeated write would take its own success for another's.
    maxAttempts: 1,
    // The signature covers the body. Some stores know no other checksum.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ignoreConfiguredEndpointUrls: true,
  })
  const { bucket: name, kmsKeyId } = place
  const at = (key: string) => ({ Bucket: name, Key: key })
  const encryption = kmsKeyId === undefined ? {} : { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: kmsKeyId }
  return {
    name,
    region,
    async read(key): Promise<BucketRead> {
      try {
        const { Body, ETag } = await client.send(new GetObjectCommand(at(key)))
        if (Body === undefined || ETag === undefined) return { is: 'lost', why: 'S3 answered without an ETag' }
        return { is: 'read', object: { text: await Body.transformToString(), etag: ETag } }
      } catch (error) {
        if ((error as Thrown).name === 'NoSuchKey') return { is: 'read', object: undefined }
        return readTrouble(error, region)
      }
    },
    async write(key, text, condition): Promise<BucketWrite> {
      const headers = 'ifNone' in condition ? { IfNoneMatch: '*' } : { IfMatch: condition.ifMatch }
      const object = { ...at(key), ...headers, ...encryption, Body: text, ContentType: 'application/json' }
      try {
        const { ETag, VersionId, ServerSideEncryption } = await client.send(new PutObjectCommand(object))
        if (ETag === undefined) return { is: 'lost', why: 'S3 answered without an ETag' }
        const isVersioned = VersionId !== undefined && VersionId !== 'null'
        return { is: 'stored', stored: { etag: ETag, isVersioned, isEncrypted: ServerSideEncryption !== undefined } }
      } catch (error) {
        return readUnmet(error, condition) ?? readTrouble(error, region)
      }
    },
  }
}

/** What this reads of an error of the SDK. */
type Thrown = {
  readonly name?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> }
  readonly Region?: string
}

/** Reads the answer that a condition did not hold. S3 answers 404 to If-Match if there is no object. */
function readUnmet(error: unknown, condition: WriteCondition): BucketWrite | undefined {
  const { name, message, status } = describeProblem(error, {})
  const why = `S3 answered ${status}: ${message}`
  if (status === 412 || (name === 'NoSuchKey' && 'ifMatch' in condition)) return { is: 'changed', why }
  return status === 409 ? { is: 'conflict', why } : undefined
}

/** Tells what an error means. What is not known to be an end leaves the outcome open. */
function readTrouble(error: unknown, region: string): BucketTrouble {
  const { name, message, status, deniedAction } = describeProblem(error, {})
  const words = isUnnamed(name) ? message : `${name}: ${message}`
  const refuse = (kind: BucketFailure['kind'], more: Partial<BucketFailure> = {}): BucketTrouble => ({
    is: 'refused',
    failure: { kind, name, message: words, ...more },
  })
  const there = findRegion(error)
  if (CREDENTIALS.includes(name)) return refuse('credentials')
  if (status === 503 || status === 429 || SLOW.includes(name)) return { is: 'slow', why: words }
  if (status === 501) return refuse('unsupported')
  if (status === undefined || status >= 500 || status === 408 || AGAIN.includes(name) || isUnnamed(name))
    return { is: 'lost', why: words }
  if (status === 307 && (there ?? region) === region) return { is: 'slow', why: words }
  if (status < 400 || MOVED.includes(name)) return refuse('region', { region: there })
  if (name === 'NoSuchBucket') return refuse('bucket')
  const action = /\bkms:[A-Za-z]+/.exec(message)?.[0] ?? deniedAction
  if (name.startsWith('KMS.') || action?.startsWith('kms:')) return refuse('key', { action })
  return status === 403 ? refuse('denied', { action }) : refuse('other')
}

function findRegion(error: unknown): string | undefined {
  const { $response, Region } = error as Thrown
  return $response?.headers?.['x-amz-bucket-region'] ?? Region
}

function createNoRegion(): Problem {
  return new Problem({
    code: 'CONFIG_NO_REGION',
    message: 'no region is set for the bucket of the state',
    remedies: [advise('add "region" to state in jobwright.yaml, or set AWS_REGION; Jobwright guesses no region')],
  })
}
