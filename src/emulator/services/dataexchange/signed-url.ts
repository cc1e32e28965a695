import { createHash } from 'node:crypto'
import { hour, minute } from '../../clock.ts'
import type { JobRecord, Store } from '../../store.ts'
import { getDetails, getFacts, getRequest, uploadMember, viewJob } from './job.ts'

/** A signed URL and the end of its life, in virtual epoch milliseconds. */
export type SignedUrl = { readonly url: string; readonly expiresAt: number }

/** Where to PUT what a job imports: good for an hour, and made anew for each GetJob. */
export function uploadUrl(base: string, job: JobRecord, now: number): SignedUrl {
  return sign(base, job, now + hour)
}

/** Where to GET what a job has exported: good for a minute, and made anew for each GetJob. */
export function downloadUrl(base: string, job: JobRecord, now: number): SignedUrl {
  return sign(base, job, now + minute)
}

function sign(base: string, job: JobRecord, expiresAt: number): SignedUrl {
  return {
    url: `${base}/_signed/${job.id}?expires=${expiresAt}&signature=${createSignature(job.id, expiresAt)}`,
    expiresAt,
  }
}

/** Not a secret: it only tells a URL that was handed out from one that was made up. */
function createSignature(id: string, expiresAt: number): string {
  return createHash('sha256').update(`signed ${id} ${expiresAt}`).digest('hex').slice(0, 32)
}

/** What came to a signed URL: its body as length and MD5, the MD5 that its header promised. */
export type Transfer = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly bytes: number
  readonly md5: string
  readonly contentMd5: string | undefined
}

/** An answer in the manner of S3: an error code, or a body. */
export type TransferAnswer = { readonly status: number; readonly code?: string; readonly body?: string }

/**
 * What a signed URL says of a request before its content is looked at: a code where it is refused. Whoever waits for leave to send is told
 * no later than that.
 */
export function findRefusal(
  store: Store,
  { method, path, query, contentMd5 }: Pick<Transfer, 'method' | 'path' | 'query' | 'contentMd5'>,
): TransferAnswer | undefined {
  const id = path.slice('/_signed/'.length)
  const job = findJob(store, id)
  const expiresAt = Number(query.get('expires'))
  if (!job || query.get('signature') !== createSignature(id, expiresAt))
    return { status: 403, code: 'SignatureDoesNotMatch' }
  if (store.clock.now() > expiresAt) return { status: 403, code: 'AccessDenied' }
  // The header is part of what was signed, so that one which is absent or other is a wrong signature.
  if (method === 'PUT' && contentMd5 !== getWantedMd5(job)) return { status: 403, code: 'SignatureDoesNotMatch' }
  return undefined
}

function findJob(store: Store, id: string): JobRecord | undefined {
  return store.all().find((each) => each.service === 'dataexchange' && each.id === id)
}

function getWantedMd5(job: JobRecord): unknown {
  return getDetails(job).details[uploadMember(getRequest(job).Type) ?? '']
}

/** Answers a request to a signed URL: PUT takes the import of a waiting job, GET gives the export of a finished one. */
export function transfer(store: Store, request: Transfer): TransferAnswer {
  const refused = findRefusal(store, request)
  if (refused) return refused
  const job = findJob(store, request.path.slice('/_signed/'.length))!
  const { Type } = getRequest(job)
  if (request.method === 'PUT' && uploadMember(Type) !== undefined) return putUpload(store, job, request)
  if (request.method === 'GET' && Type === 'EXPORT_ASSET_TO_SIGNED_URL') {
    return { status: 200, body: `${JSON.stringify(getDetails(job).details)}\n` }
  }
  return { status: 405, code: 'MethodNotAllowed' }
}

function putUpload(store: Store, job: JobRecord, { bytes, md5 }: Transfer): TransferAnswer {
  if (md5 !== getWantedMd5(job)) return { status: 400, code: 'BadDigest' }
  const waiting = viewJob(job, store.clock.now()).status === 'WAITING'
  if (waiting && getFacts(job).upload?.md5 !== md5) store.change(job, { upload: { bytes, md5 } })
  return { status: 200, body: '' }
}
