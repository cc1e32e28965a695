import { AwsError } from '../../aws/aws-error.ts'
import { catchAbsent } from '../../aws/catch-absent.ts'
import { mask } from '../../aws/mask.ts'
import type { Ask } from '../../aws/read-with-retries.ts'
import { downloadFromLink } from '../../aws/signed-link.ts'
import { getValue } from '../../model/json.ts'
import type { Paperwork, Receive } from '../../model/kind-calls.ts'
import type { ImportExportClient, JobPapers } from './client.ts'
import { TERMINAL_ERRORS } from './live.ts'
import { parseManifest } from './manifest.ts'

/** Address members of GetShippingLabel. The manifest's returnAddress has the same names (API reference). */
const ADDRESS = [
  'name',
  'company',
  'phoneNumber',
  'country',
  'stateOrProvince',
  'city',
  'postalCode',
  'street1',
  'street2',
  'street3',
]

/** What must be attached to a job's device. The label is requested only if wanted, and uses the manifest's address. */
export async function buildPaperwork(
  ask: Ask,
  client: ImportExportClient,
  id: string,
  signal: AbortSignal | undefined,
): Promise<Paperwork | undefined> {
  const papers = await findPapers(ask, client, id, signal)
  if (papers === undefined) return undefined
  const { link, warning, problem } = await labelLink(ask, client, id, papers, signal)
  return {
    status: papers.progress,
    signature: papers.signatureFile,
    warning: warning === undefined ? undefined : mask(warning),
    label: async <Value>(receive: Receive<Value>) => {
      if (problem) throw problem
      if (link === undefined) return undefined
      const got = await downloadFromLink(link, receive, signal)
      if ('value' in got) return got.value
      throw new AwsError(got.problem)
    },
  }
}

async function findPapers(
  ask: Ask,
  client: ImportExportClient,
  id: string,
  signal: AbortSignal | undefined,
): Promise<JobPapers | undefined> {
  try {
    return await catchAbsent(ask('GetStatus', signal, (options) => client.getPapers(id, options)))
  } catch (error) {
    const ended = error instanceof AwsError ? TERMINAL_ERRORS[error.problem.name] : undefined
    if (!ended) throw error
    return { progress: ended, signatureFile: undefined, manifest: undefined }
  }
}

/** A failed label must not hide the signature, so its error is kept until the label is wanted. */
async function labelLink(
  ask: Ask,
  client: ImportExportClient,
  id: string,
  { manifest, signatureFile }: JobPapers,
  signal: AbortSignal | undefined,
): Promise<{ link?: string; warning?: string; problem?: AwsError }> {
  if (signatureFile === undefined && manifest === undefined) return {}
  const from = readAddress(manifest)
  try {
    return await ask('GetShippingLabel', signal, (options) => client.getShippingLabel(id, from, options))
  } catch (error) {
    if (error instanceof AwsError) return { problem: error }
    throw error
  }
}

function readAddress(manifest: string | undefined): Record<string, string> {
  const address = getValue(manifest === undefined ? undefined : parseManifest(manifest), '/returnAddress')
  const members = ADDRESS.flatMap((name) => {
    const value = getValue(address, `/${name}`)
    return typeof value === 'string' && value !== '' ? [[name, value] as const] : []
  })
  return Object.fromEntries(members)
}
