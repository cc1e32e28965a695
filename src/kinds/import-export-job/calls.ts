import { nonEmpty, unlessAbsent } from '../../aws/absent.ts'
import { attempt, UnusableAnswer } from '../../aws/attempt.ts'
import { AwsError } from '../../aws/aws-error.ts'
import type { Connection } from '../../aws/connection.ts'
import type { SendOptions } from '../../aws/handler.ts'
import { pages } from '../../aws/pages.ts'
import { reader } from '../../aws/read.ts'
import { fillSecrets } from '../../aws/secret-values.ts'
import type { Outcome } from '../../model/aws-problem.ts'
import { isObject, type JsonObject } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import type { CreateOptions, KindReader, KindWriter } from '../../model/kind-calls.ts'
import { importExportClient } from './client.ts'
import { listedLive, liveOf, TERMINAL_ERRORS } from './live.ts'
import { parseManifest, writeManifest } from './manifest.ts'
import { importExportJob } from './model.ts'
import { paperworkOf } from './paperwork.ts'

/** How Import/Export jobs are read, validated and made over a connection. */
export function calls(
  connection: Connection,
  model: KindModel = importExportJob,
): { reader: KindReader; writer: KindWriter } {
  return { reader: readerOf(connection, model), writer: writerOf(connection, model) }
}

function readerOf(connection: Connection, model: KindModel): KindReader {
  const client = importExportClient(connection, model, 'read')
  const ask = reader(connection, model)
  return {
    async describe(id, { signal }) {
      const jobId = nonEmpty(id, 'JobId')
      try {
        const status = await unlessAbsent(ask('GetStatus', signal, (options) => client.getStatus(jobId, options)))
        return status && liveOf(status)
      } catch (error) {
        // The service refuses to describe jobs that have ended without their device.
        const ended = error instanceof AwsError ? TERMINAL_ERRORS[error.problem.name] : undefined
        if (!ended) throw error
        return { id: jobId, status: ended, partial: true }
      }
    },
    paperwork: (id, { signal }) => paperworkOf(ask, client, id, signal),
    list: ({ signal }) =>
      pages(async (marker) => {
        const input = { MaxJobs: model.api.listing.page, Marker: marker }
        const { jobs, more } = await ask('ListJobs', signal, (options) => client.listJobs(input, options))
        const last = jobs.at(-1)?.id
        if (more && !last) throw endless()
        return { items: jobs.map(listedLive), next: more ? last : undefined }
      }),
  }
}

function writerOf(connection: Connection, model: KindModel): KindWriter {
  const client = importExportClient(connection, model, 'write')
  const send = async <Value>(
    request: JsonObject,
    options: CreateOptions,
    ValidateOnly: boolean,
    read: (id: string | undefined) => Value,
  ): Promise<Outcome<Value>> => {
    const filled = fillSecrets(request, model.request.secrets, connection)
    if ('problem' in filled) return { is: 'not-done', problem: filled.problem }
    const bounds = { ...options, secrets: filled.secrets }
    return attempt(connection.lane(model, 'CreateJob'), model, bounds, async (sending: SendOptions) => {
      const input = { ...inputOf(filled.request, nonEmpty(options.marker, 'generator')), ValidateOnly }
      return read(await client.createJob(input, sending))
    })
  }
  return {
    validate: (request, options) => send(request, options, true, () => undefined),
    create: (request, options) =>
      send(request, options, false, (id) => {
        if (!id) throw new UnusableAnswer('a job ID')
        return { id, status: 'Pending', partial: true }
      }),
    async update(id, { operation, request, live }, options) {
      const filled = fillSecrets(request, model.request.secrets, connection)
      if ('problem' in filled) return { is: 'not-done', problem: filled.problem }
      const bounds = { ...options, secrets: filled.secrets }
      return attempt(connection.lane(model, operation), model, bounds, async (sending: SendOptions) => {
        // The job keeps the name of the attempt that made it.
        const { JobType, Manifest } = inputOf(filled.request, nonEmpty(live.marker, 'generator'))
        await client.updateJob({ JobId: nonEmpty(id, 'JobId'), JobType, Manifest }, sending)
      })
    },
    cancel: (id, { reason: _reason, force: _force, ...options }) =>
      attempt(connection.lane(model, 'CancelJob'), model, options, (sending: SendOptions) =>
        client.cancelJob(nonEmpty(id, 'JobId'), sending),
      ),
  }
}

/** The text that the service keeps with the job, so that a lost answer can be found again, goes into the manifest's generator. */
function inputOf(request: JsonObject, generator: string) {
  const { JobType, Manifest: written, ManifestAddendum, APIVersion } = request
  const manifest = typeof written === 'string' ? parseManifest(written) : written
  if (!isObject(manifest)) {
    throw new AwsError({ class: 'bad-request', name: 'MalformedManifest', message: 'Manifest is not a mapping' })
  }
  return {
    JobType: String(JobType),
    Manifest: writeManifest(manifest, { generator }),
    ManifestAddendum: typeof ManifestAddendum === 'string' ? ManifestAddendum : undefined,
    APIVersion: typeof APIVersion === 'string' ? APIVersion : undefined,
  }
}

/** The next page is asked for by the last job of this one. */
function endless(): AwsError {
  return new AwsError({
    class: 'unknown',
    name: 'UnusableAnswer',
    message: 'the list says that it goes on, but names no job to go on from',
  })
}
