import type { Connection } from '../../aws/connection.ts'
import type { SendOptions } from '../../aws/handler.ts'
import { createQueryClient, getItems, getMember, getText, type QueryClient, type Xml } from '../../aws/query-client.ts'
import type { KindModel } from '../../model/kind.ts'

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

/** What identifies the device of a job. Secret: whoever has it can send a device in its place. */
export type JobPapers = {
  readonly progress: string
  readonly signatureFile: string | undefined
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
  updateJob(
    input: { JobId: string; JobType: string; Manifest: string; APIVersion?: string },
    options: SendOptions,
  ): Promise<void>
  cancelJob(id: string, options: SendOptions): Promise<void>
  /** The same call, for the members that `getStatus` leaves behind. */
  getPapers(id: string, options: SendOptions): Promise<JobPapers>
  /** A link to a label, which whoever has it can print. `from`: members of the address that the device is sent from. */
  getShippingLabel(
    id: string,
    from: Readonly<Record<string, string>>,
    options: SendOptions,
  ): Promise<{ link: string | undefined; warning: string | undefined }>
}

const ENDPOINT = 'https://importexport.amazonaws.com'

/** A client over a connection. One host serves every region, and wants signatures for us-east-1 and `IngestionService`. */
export function importExportClient(
  connection: Connection,
  model: Pick<KindModel, 'service' | 'api'>,
  mode: 'read' | 'write',
): ImportExportClient {
  const { endpoint = ENDPOINT, ...settings } = connection.query(model, mode)
  const signing = { name: 'IngestionService', region: 'us-east-1' }
  const call: QueryClient = createQueryClient({ endpoint, version: '2010-06-01', signing }, settings)
  return {
    createJob: async (input, options) => getText(await call('CreateJob', input, options), 'JobId'),
    async listJobs(input, options) {
      const result = await call('ListJobs', input, options)
      return { jobs: getItems(result, 'Jobs').map(readListedJob), more: getText(result, 'IsTruncated') === 'true' }
    },
    getStatus: async (id, options) => readStatus(id, await call('GetStatus', { JobId: id }, options)),
    async updateJob(input, options) {
      await call('UpdateJob', { ...input, ValidateOnly: false }, options)
    },
    async cancelJob(id, options) {
      await call('CancelJob', { JobId: id }, options)
    },
    async getPapers(id, options) {
      const result = await call('GetStatus', { JobId: id }, options)
      return {
        progress: getText(result, 'ProgressCode') ?? '',
        signatureFile: getText(result, 'SignatureFileContents'),
        manifest: getText(result, 'CurrentManifest'),
      }
    },
    async getShippingLabel(id, from, options) {
      const result = await call('GetShippingLabel', { 'jobIds.member.1': id, ...from }, options)
      return { link: getText(result, 'ShippingLabelURL'), warning: getText(result, 'Warning') }
    },
  }
}

function readListedJob(item: Xml): ListedJob {
  return {
    id: getText(item, 'JobId') ?? '',
    createdAt: getText(item, 'CreationDate'),
    canceled: getText(item, 'IsCanceled') === 'true',
  }
}

function readStatus(id: string, result: Xml | undefined): JobStatus {
  const errors = Number(getMember(result, 'ErrorCount') ?? Number.NaN)
  return {
    id: getText(result, 'JobId') ?? id,
    type: getText(result, 'JobType'),
    progress: getText(result, 'ProgressCode') ?? '',
    message: getText(result, 'ProgressMessage') ?? getText(result, 'LocationMessage'),
    errors: Number.isNaN(errors) ? undefined : errors,
    createdAt: getText(result, 'CreationDate'),
    manifest: getText(result, 'CurrentManifest'),
  }
}
