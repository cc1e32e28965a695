import { type DataExchangeClient, GetJobCommand, type ResponseDetails } from '@aws-sdk/client-dataexchange'
import { AwsError, describeProblem } from '../../aws/aws-error.ts'
import { assertNonEmpty, catchAbsent } from '../../aws/catch-absent.ts'
import type { Ask } from '../../aws/read-with-retries.ts'
import { downloadFromLink, uploadToLink } from '../../aws/signed-link.ts'
import type { AwsProblem, Outcome } from '../../model/aws-problem.ts'
import type { Receive, UploadSource } from '../../model/kind-calls.ts'

/** A link is valid for a minute. An expired link is requested once more. */
const LINKS_MAX = 2
/** S3's status for an expired link. */
const EXPIRED = 403

type Job = { readonly status: string; readonly link: string | undefined }

/**
 * Uploads a file to a job that has not started. Each attempt requests a new link. A repeated upload is harmless, so an
 * unknown outcome may be retried.
 */
export async function uploadTo(
  ask: Ask,
  client: DataExchangeClient,
  id: string,
  source: UploadSource,
  signal: AbortSignal | undefined,
): Promise<Outcome<void>> {
  try {
    let problem: AwsProblem | undefined
    for (let links = 0; links < LINKS_MAX; links++) {
      const job = await look(ask, client, id, signal)
      if (job === undefined) return createNotDone('not-found', 'JobNotFound', `AWS knows no job ${id}`)
      if (job.status !== 'WAITING') return createNotDone('conflict', 'JobNotWaiting', `the job is ${job.status}`)
      problem = await uploadToLink(readLink(job), source, signal)
      if (problem === undefined) return { is: 'done', value: undefined }
      if (problem.status !== EXPIRED) break
    }
    return { is: 'not-done', problem: problem! }
  } catch (error) {
    if (signal?.aborted) return createNotDone('abandoned', 'Abandoned', 'Jobwright was stopped')
    return { is: 'not-done', problem: describeProblem(error, {}) }
  }
}

/**
 * Downloads a job's exported asset through a new link. Undefined if AWS knows no such job. Throws an AwsError, or what
 * `receive` throws.
 */
export async function downloadFrom<Value>(
  ask: Ask,
  client: DataExchangeClient,
  id: string,
  receive: Receive<Value>,
  signal: AbortSignal | undefined,
): Promise<Value | undefined> {
  let problem: AwsProblem | undefined
  for (let links = 0; links < LINKS_MAX; links++) {
    const job = await look(ask, client, id, signal)
    if (job === undefined) return undefined
    const got = await downloadFromLink(readLink(job), receive, signal)
    if ('value' in got) return got.value
    problem = got.problem
    if (problem.status !== EXPIRED) break
  }
  throw new AwsError(problem!)
}

async function look(
  ask: Ask,
  client: DataExchangeClient,
  id: string,
  signal: AbortSignal | undefined,
): Promise<Job | undefined> {
  const input = { JobId: assertNonEmpty(id, 'JobId') }
  const job = await catchAbsent(ask('GetJob', signal, (options) => client.send(new GetJobCommand(input), options)))
  return job && { status: job.State ?? '', link: linkIn(job.Details) }
}

function linkIn(details: ResponseDetails | undefined): string | undefined {
  const { ImportAssetFromSignedUrl, ImportAssetFromApiGatewayApi, ExportAssetToSignedUrl } = details ?? {}
  return (
    ImportAssetFromSignedUrl?.SignedUrl ??
    ImportAssetFromApiGatewayApi?.ApiSpecificationUploadUrl ??
    ExportAssetToSignedUrl?.SignedUrl
  )
}

function readLink({ link, status }: Job): string {
  if (link) return link
  throw new AwsError({ class: 'unknown', name: 'NoLink', message: `AWS gave no link for the job, which is ${status}` })
}

function createNotDone(kind: AwsProblem['class'], name: string, message: string): Outcome<void> {
  return { is: 'not-done', problem: { class: kind, name, message } }
}
