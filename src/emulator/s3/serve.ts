import { randomUUID } from 'node:crypto'
import type http from 'node:http'
import type { Response } from '../answer.ts'
import { type Answer, finishLater, type World } from '../dispatch.ts'
import { type CallFaults, faultTable } from '../faults.ts'
import { createS3ErrorResponse, findS3Operation, S3Error, type S3Request } from './operations.ts'

const SIGNED = /^AWS4-HMAC-SHA256 +Credential=([^/,\s]+)\/\d{8}\/([a-z0-9-]+)\/s3\/aws4_request\b/

/** Far more than a state needs. */
const bodyBytesMax = 64 * 1024 * 1024

/** Returns whether a request is signed for S3. */
export function isForS3({ headers }: http.IncomingMessage): boolean {
  return SIGNED.test(headers.authorization ?? '')
}

/** Answers a request that is signed for S3, after any delay by a fault. */
export async function serveS3(world: World, incoming: http.IncomingMessage, url: URL): Promise<Answer> {
  const request = await readRequest(world, incoming, url)
  const requestId = randomUUID()
  const withId = (response: Response): Response => ({
    ...response,
    headers: { ...response.headers, 'x-amz-request-id': requestId },
  })
  const [, accessKeyId = ''] = SIGNED.exec(incoming.headers.authorization ?? '') ?? []
  const operation = findS3Operation(request)
  if (operation === undefined)
    return withId(createS3ErrorResponse(new S3Error(501, 'NotImplemented', 'The emulator has no such operation.')))
  const { name, run } = operation
  const isSlow = !world.rates.take(world.limits.rates, 's3', name)
  const strike = world.faults.strike({
    service: 's3',
    operation: name,
    lists: false,
    readsTags: false,
    conditional: operation.conditional === true,
    gives: (member) => member === 'SSEKMSKeyId' && hasKey(request),
  })
  /** Carries the request out, and counts it. */
  const execute = (): Response => {
    try {
      assertAllowed(accessKeyId, name, request, strike)
      const done = run(world.buckets, { ...request, now: world.store.clock.now() }, strike.fault !== 'ignore-condition')
      world.calls.add('s3', name, strike.fault ?? 'ok')
      return withId(done)
    } catch (error) {
      if (!(error instanceof S3Error)) throw error
      world.calls.add('s3', name, strike.fault ?? error.code)
      return withId(createS3ErrorResponse(error))
    }
  }
  const finish = (): Answer => {
    if (isSlow) {
      world.calls.add('s3', name, 'SlowDown')
      return refuse('throttle')
    }
    const { fault } = strike
    const effect = fault && faultTable[fault]
    if (effect === undefined) return execute()
    if (effect.answer === 'second') execute()
    const isCarriedOut = effect.execute || effect.answer === 'denied' || effect.answer === 'expired'
    const response = isCarriedOut ? execute() : undefined
    if (response === undefined) world.calls.add('s3', name, strike.fault ?? 'ok')
    if (effect.answer === 'drop') return 'drop'
    if (effect.answer === 'cut' && response) return { cut: response }
    if (effect.answer === 'internal' || response === undefined) return refuse(effect.answer)
    return response
  }
  const refuse = (answer: string): Response => {
    const [status, code, message] = REFUSALS[answer] ?? REFUSALS['internal']!
    return withId(createS3ErrorResponse(new S3Error(status, code, message)))
  }
  if (strike.delayMs === 0 && strike.lateSeconds === 0) return finish()
  const later = finishLater(world, strike, finish)
  if (strike.fault !== 'drop-response') return later
  // The caller has left, but a bug of the emulator must still show.
  later.catch((error: unknown) => process.emitWarning(error as Error))
  return 'drop'
}

const REFUSALS: Readonly<Record<string, readonly [status: number, code: string, message: string]>> = {
  internal: [500, 'InternalError', 'We encountered an internal error. Please try again.'],
  throttle: [503, 'SlowDown', 'Please reduce your request rate.'],
  conflict: [
    409,
    'ConditionalRequestConflict',
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
  ],
}

function hasKey({ headers }: S3Request): boolean {
  return headers['x-amz-server-side-encryption-aws-kms-key-id'] !== undefined
}

/** Throws the error of a caller whom S3 rejects. */
function assertAllowed(accessKeyId: string, operation: string, request: S3Request, { fault, when }: CallFaults): void {
  const { bucket, key } = request
  if (accessKeyId.startsWith('AKIAUNKNOWN'))
    throw new S3Error(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.')
  if (accessKeyId.startsWith('ASIAEXPIRED') || fault === 'expire')
    throw new S3Error(400, 'ExpiredToken', 'The provided token has expired.')
  if (!accessKeyId.startsWith('AKIADENIED') && fault !== 'deny') return
  const [action, resource] =
    when === 'SSEKMSKeyId'
      ? ['kms:GenerateDataKey', request.headers['x-amz-server-side-encryption-aws-kms-key-id']]
      : [`s3:${operation.replace('Head', 'Get')}`, `"arn:aws:s3:::${bucket}${key === '' ? '' : `/${key}`}"`]
  throw new S3Error(
    403,
    'AccessDenied',
    `User: arn:aws:iam::123456789012:user/emulator is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
  )
}

async function readRequest(world: World, incoming: http.IncomingMessage, url: URL): Promise<S3Request> {
  const [, bucket = '', path = ''] = /^\/([^/]*)\/?(.*)$/s.exec(url.pathname) ?? []
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= bodyBytesMax) chunks.push(chunk)
  }
  const [, , region = ''] = SIGNED.exec(incoming.headers.authorization ?? '') ?? []
  return {
    method: incoming.method ?? 'GET',
    bucket,
    key: decodeURIComponent(path),
    query: url.searchParams,
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, value?.toString()])),
    body: Buffer.concat(chunks).toString('utf8'),
    region,
    now: world.store.clock.now(),
  }
}
