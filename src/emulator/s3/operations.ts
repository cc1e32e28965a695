import type { Response } from '../answer.ts'
import { escapeXml } from '../xml.ts'
import { type Bucket, type Buckets, readObject, type Version, writeObject } from './buckets.ts'

/** A request to S3, by path-style address. */
export type S3Request = {
  readonly method: string
  readonly bucket: string
  /** Empty: the bucket itself. */
  readonly key: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
  /** The region that the request is signed for. */
  readonly region: string
  /** Virtual epoch milliseconds. */
  readonly now: number
}

/** An error of S3. */
export class S3Error extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>
  /** Members of the body beside code and message. */
  readonly members: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: string,
    message: string,
    more: { readonly headers?: Record<string, string>; readonly members?: Record<string, string> } = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.headers = more.headers ?? {}
    this.members = more.members ?? {}
  }
}

/** How S3 answers. */
type Run = (buckets: Buckets, request: S3Request, honoursConditions: boolean) => Response

/** The operations that the emulator has. `conditional`: the operation takes If-Match and If-None-Match. */
export const s3Operations: readonly {
  readonly name: string
  readonly method: string
  readonly isOfObject: boolean
  /** The query parameter that names it. */
  readonly query?: string
  readonly conditional?: true
  readonly run: Run
}[] = [
  { name: 'GetObject', method: 'GET', isOfObject: true, run: getObject },
  { name: 'HeadObject', method: 'HEAD', isOfObject: true, run: getObject },
  { name: 'PutObject', method: 'PUT', isOfObject: true, conditional: true, run: putObject },
  { name: 'DeleteObject', method: 'DELETE', isOfObject: true, run: deleteObject },
  { name: 'GetBucketVersioning', method: 'GET', isOfObject: false, query: 'versioning', run: getVersioning },
  { name: 'PutBucketVersioning', method: 'PUT', isOfObject: false, query: 'versioning', run: putVersioning },
  { name: 'CreateBucket', method: 'PUT', isOfObject: false, run: createBucket },
]

/** Finds the operation of a request. */
export function findS3Operation({ method, key, query }: S3Request): (typeof s3Operations)[number] | undefined {
  const asked = ['versioning', 'acl', 'tagging', 'uploads', 'policy', 'encryption'].find((one) => query.has(one))
  return s3Operations.find((one) => one.method === method && one.isOfObject === (key !== '') && one.query === asked)
}

function findBucket(buckets: Buckets, { bucket: name, region }: S3Request): Bucket {
  const bucket = buckets.get(name)
  if (bucket === undefined) throw new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist')
  if (bucket.region === region) return bucket
  throw new S3Error(
    301,
    'PermanentRedirect',
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    { headers: { 'x-amz-bucket-region': bucket.region }, members: { Bucket: name } },
  )
}

function getObject(buckets: Buckets, request: S3Request): Response {
  const bucket = findBucket(buckets, request)
  const found = readObject(bucket, request.key, request.query.get('versionId') ?? undefined)
  if (found === undefined) throw createNoKey(request.key)
  const modified = { 'last-modified': new Date(found.at).toUTCString(), 'content-type': 'application/json' }
  return { status: 200, headers: { ...describe(bucket, found), ...modified }, body: found.body ?? '' }
}

function putObject(buckets: Buckets, request: S3Request, honoursConditions: boolean): Response {
  const bucket = findBucket(buckets, request)
  const { key, headers, body, now } = request
  if (headers['content-encoding']?.includes('aws-chunked'))
    throw new S3Error(501, 'NotImplemented', 'The emulator takes no chunked body.')
  if (honoursConditions) assertConditions(bucket, request)
  const keyId = headers['x-amz-server-side-encryption-aws-kms-key-id']
  return { status: 200, headers: describe(bucket, writeObject(bucket, key, { body, keyId, at: now })), body: '' }
}

function assertConditions(bucket: Bucket, { key, headers }: S3Request): void {
  const found = readObject(bucket, key)
  const { 'if-match': match, 'if-none-match': noneMatch } = headers
  if (noneMatch !== undefined && noneMatch !== '*')
    throw new S3Error(501, 'NotImplemented', 'A header you provided implies functionality that is not implemented')
  if (match !== undefined && found === undefined) throw createNoKey(key)
  const isMet = (noneMatch === undefined || found === undefined) && (match === undefined || match === found?.etag)
  if (isMet) return
  throw new S3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    members: { Condition: noneMatch === undefined ? 'If-Match' : 'If-None-Match' },
  })
}

function deleteObject(buckets: Buckets, request: S3Request): Response {
  const bucket = findBucket(buckets, request)
  if (bucket.isVersioned) writeObject(bucket, request.key, { at: request.now })
  else bucket.objects.delete(request.key)
  return { status: 204, headers: {}, body: '' }
}

function createBucket(buckets: Buckets, { bucket: name, region }: S3Request): Response {
  if (buckets.has(name))
    throw new S3Error(409, 'BucketAlreadyOwnedByYou', 'The bucket you tried to create already exists, and you own it.')
  buckets.set(name, { region, isVersioned: false, objects: new Map() })
  return { status: 200, headers: { location: `/${name}` }, body: '' }
}

function putVersioning(buckets: Buckets, request: S3Request): Response {
  findBucket(buckets, request).isVersioned = /<Status>\s*Enabled\s*<\/Status>/.test(request.body)
  return { status: 200, headers: {}, body: '' }
}

function getVersioning(buckets: Buckets, request: S3Request): Response {
  const status = findBucket(buckets, request).isVersioned ? '<Status>Enabled</Status>' : ''
  const body = `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${status}</VersioningConfiguration>`
  return { status: 200, headers: { 'content-type': 'application/xml' }, body }
}

function describe({ isVersioned }: Bucket, { id, etag, encryption, keyId }: Version): Record<string, string> {
  return {
    etag,
    'x-amz-server-side-encryption': encryption,
    ...(keyId !== undefined && { 'x-amz-server-side-encryption-aws-kms-key-id': keyId }),
    ...(isVersioned && { 'x-amz-version-id': id }),
  }
}

function createNoKey(key: string): S3Error {
  return new S3Error(404, 'NoSuchKey', 'The specified key does not exist.', { members: { Key: key } })
}

/** Encodes an error as S3 does. */
export function createS3ErrorResponse({ status, code, message, headers, members }: S3Error): Response {
  const all = Object.entries({ Code: code, Message: message, ...members })
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${all.map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`).join('')}</Error>`
  return { status, headers: { ...headers, 'content-type': 'application/xml' }, body }
}
