import type { Connection } from '../../aws/connection.ts'
import type { SendOptions } from '../../aws/handler.ts'
import { itemsOf, member, type QueryClient, queryClient, textOf, type Xml } from '../../aws/query-client.ts'
import type { KindModel } from '../kind.ts'

/** The members of answers that may be shown or stored; signatures, artifact links and tracking data are never taken out of them. */
export type ListedJob = { readonly id: string; readonly createdAt: string | undefined; readonly canceled: boolean }

/** One job in full, manifest text included. */
export type JobStatus = {
  readonly id: string
  readonly type: string | undefined
  readonly progress: string
  readonly message: string | undefined
  readonly errors: number | undefined
  readonly createdAt: string | undefined
  readonly manifest: string | undefined
}

/** The operations that are needed of AWS Import/Export. No client of SDK v3 exists for it. */
export type ImportExportClient = {
  /** The new job's ID; undefined where the request was only validated. */
  createJob(
    input: { JobType: string; Manifest: string; ValidateOnly: boolean; ManifestAddendum?: string; APIVersion?: string },
    options: SendOptions,
  ): Promise<string | undefined>
  listJobs(
    input: { MaxJobs: number; Marker?: string },
    options: SendOptions,
  ): Promise<{ jobs: readonly ListedJob[]; more: boolean }>
  getStatus(id: string, options: SendOptions): Promise<JobStatus>
  /** Replaces the whole manifest. */
  updateJob(input: { JobId: string; JobType: string; Manifest: string }, options: SendOptions): Promise<void>
  cancelJob(id: string, options: SendOptions): Promise<void>
}

const ENDPOINT = 'https://importexport.amazonaws.com'

/** A client over a connection. One host serves every region, and wants signatures for us-east-1 and `IngestionService`. */
export function importExportClient(
  connection: Connection,
  model: Pick<KindModel, 'service'>,
  mode: 'read' | 'write',
): ImportExportClient {
  const { endpoint = ENDPOINT, ...settings } = connection.query(model, mode)
  const signing = { name: 'IngestionService', region: 'us-east-1' }
  const call: QueryClient = queryClient({ endpoint, version: '2010-06-01', signing }, settings)
  return {
    createJob: async (input, options) => textOf(await call('CreateJob', input, options), 'JobId'),
    async listJobs(input, options) {
      const result = await call('ListJobs', input, options)
      return { jobs: itemsOf(result, 'Jobs').map(listedJob), more: textOf(result, 'IsTruncated') === 'true' }
    },
    getStatus: async (id, options) => statusOf(id, await call('GetStatus', { JobId: id }, options)),
    async updateJob(input, options) {
      await call('UpdateJob', { ...input, ValidateOnly: false }, options)
    },
    async cancelJob(id, options) {
      await call('CancelJob', { JobId: id }, options)
    },
  }
}

function listedJob(item: Xml): ListedJob {
  return {
    id: textOf(item, 'JobId') ?? '',
    createdAt: textOf(item, 'CreationDate'),
    canceled: textOf(item, 'IsCanceled') === 'true',
  }
}

function statusOf(id: string, result: Xml | undefined): JobStatus {
  const errors = Number(member(result, 'ErrorCount') ?? Number.NaN)
  return {
    id: textOf(result, 'JobId') ?? id,
    type: textOf(result, 'JobType'),
    progress: textOf(result, 'ProgressCode') ?? '',
    message: textOf(result, 'ProgressMessage') ?? textOf(result, 'LocationMessage'),
    errors: Number.isNaN(errors) ? undefined : errors,
    createdAt: textOf(result, 'CreationDate'),
    manifest: textOf(result, 'CurrentManifest'),
  }
}
