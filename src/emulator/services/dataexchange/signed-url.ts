import { createHash } from 'node:crypto'
import { hour, minute } from '../../clock.ts'
import type { Context } from '../../service.ts'
import type { JobRecord, Store } from '../../store.ts'
import { getDetails, getFacts, getRequest, uploadMember, viewJob } from './job.ts'

/** A signed URL and its expiry in virtual epoch milliseconds. */
export type SignedUrl = { readonly url: string; readonly expiresAt: number }

type Moment = Pick<Context, 'now' | 'timeScale'>

/** The URL to PUT a job's import to. Valid for an hour, and new for each GetJob. */
export function uploadUrl(base: string, job: JobRecord, moment: Moment): SignedUrl {
  return sign(base, job, computeExpiry(moment, hour))
}

/** The URL to GET a job's export from. Valid for a minute, and new for each GetJob. */
export function downloadUrl(base: string, job: JobRecord, moment: Moment): SignedUrl {
  return sign(base, job, computeExpiry(moment, minute))
}

/** The client runs in real time. So on a fast clock a URL lives as long in real time as at AWS. */
function computeExpiry({ now, timeScale }: Moment, milliseconds: number): number {
  return now + milliseconds * Math.max(1, timeScale)
}

function sign(base: string, job: JobRecord, expiresAt: number): SignedUrl {
  return {
    url: `${base}/_signed/${job.id}?expires=${expiresAt}&signature=${createSignature(job.id, expiresAt)}`,
    expiresAt,
  }
}

/** Not secret: it only distinguishes URLs from this emulator from made-up ones. */
function createSignature(id: string, expiresAt: number): string {
  return createHash('sha256').update(`signed ${id} ${expiresAt}`).digest('hex').slice(0, 32)
}

/** A request to a signed URL: its body's length and MD5, and the MD5 in its header. */
export type Transfer = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly bytes: number
  readonly md5: string
  readonly contentMd5: string | undefined
}

/** An answer in S3's style: an error code, or a body. */
export type TransferAnswer = { readonly status: number; readonly code?: string; readonly body?: string }

/**
 * Checks a request to a signed URL before its content is read, and returns a code for a rejection. A client that waits
 * for 100 Continue gets its answer at this point.
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
  // The header is signed, so a missing or different one is a wrong signature.
  if (method === 'PUT' && contentMd5 !== getWantedMd5(job)) return { status: 403, code: 'SignatureDoesNotMatch' }
  return undefined
}

function findJob(store: Store, id: string): JobRecord | undefined {
  return store.all().find((each) => each.service === 'dataexchange' && each.id === id)
}

function getWantedMd5(job: JobRecord): unknown {
  return getDetails(job).details[uploadMember(getRequest(job).Type) ?? '']
}

/**
 * Answers a request to a signed URL. PUT takes the import of a waiting job; GET returns the export of a finished one.
 */
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
