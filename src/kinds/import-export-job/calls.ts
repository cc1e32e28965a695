import { attemptOnce, UnusableAnswer } from '../../aws/attempt.ts'
import { AwsError } from '../../aws/aws-error.ts'
import { assertNonEmpty, catchAbsent } from '../../aws/catch-absent.ts'
import type { Connection } from '../../aws/connection.ts'
import type { SendOptions } from '../../aws/handler.ts'
import { readPages } from '../../aws/pages.ts'
import { createAsk } from '../../aws/read-with-retries.ts'
import { fillSecrets } from '../../aws/secret-values.ts'
import type { Outcome } from '../../model/aws-problem.ts'
import { isObject, type JsonObject } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import type { CreateOptions, KindReader, KindWriter } from '../../model/kind-calls.ts'
import { importExportClient } from './client.ts'
import { TERMINAL_ERRORS, toListedLive, toLive } from './live.ts'
import { parseManifest } from './manifest.ts'
import { importExportJob } from './model.ts'
import { buildPaperwork } from './paperwork.ts'

/** Reads, validates and creates Import/Export jobs over a connection. */
export function createCalls(
  connection: Connection,
  model: KindModel = importExportJob,
): { reader: KindReader; writer: KindWriter } {
  return { reader: createReader(connection, model), writer: createWriter(connection, model) }
}

function createReader(connection: Connection, model: KindModel): KindReader {
  const client = importExportClient(connection, model, 'read')
  const ask = createAsk(connection, model)
  return {
    async describe(id, { signal }) {
      const jobId = assertNonEmpty(id, 'JobId')
      try {
        const status = await catchAbsent(ask('GetStatus', signal, (options) => client.getStatus(jobId, options)))
        return status && toLive(status)
      } catch (error) {
        // The service refuses to describe jobs that ended without their device.
        const ended = error instanceof AwsError ? TERMINAL_ERRORS[error.problem.name] : undefined
        if (!ended) throw error
        return { id: jobId, status: ended, partial: true }
      }
    },
    paperwork: (id, { signal }) => buildPaperwork(ask, client, id, signal),
    list: ({ signal }) =>
      readPages(async (marker) => {
        const input = { MaxJobs: model.api.listing.page, Marker: marker }
        const { jobs, more } = await ask('ListJobs', signal, (options) => client.listJobs(input, options))
        const last = jobs.at(-1)?.id
        if (more && !last) throw createEndlessError()
        return { items: jobs.map(toListedLive), next: more ? last : undefined }
      }),
  }
}

function createWriter(connection: Connection, model: KindModel): KindWriter {
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
    return attemptOnce(connection.lane(model, 'CreateJob'), model, bounds, async (sending: SendOptions) => {
      const input = { ...buildInput(filled.request, assertNonEmpty(options.marker, 'generator')), ValidateOnly }
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
      return attemptOnce(connection.lane(model, operation), model, bounds, async (sending: SendOptions) => {
        // The job keeps the name of the attempt that created it.
        const { ManifestAddendum: _create, ...input } = buildInput(
          filled.request,
          assertNonEmpty(live.marker, 'generator'),
        )
        await client.updateJob({ JobId: assertNonEmpty(id, 'JobId'), ...input }, sending)
      })
    },
    cancel: (id, { reason: _reason, force: _force, ...options }) =>
      attemptOnce(connection.lane(model, 'CancelJob'), model, options, (sending: SendOptions) =>
        client.cancelJob(assertNonEmpty(id, 'JobId'), sending),
      ),
  }
}

/** A record of an older version may hold the manifest as text. The marker identifies the job after a lost answer. */
function buildInput(request: JsonObject, generator: string) {
  const { Manifest: written } = request
  const manifest = typeof written === 'string' ? parseManifest(written) : written
  if (!isObject(manifest)) {
    throw new AwsError({ class: 'bad-request', name: 'MalformedManifest', message: 'Manifest is not a mapping' })
  }
  const input = importExportJob.request.toInput({ ...request, Manifest: manifest }, { marker: generator })
  const { JobType, Manifest, ManifestAddendum, APIVersion } = input
  return {
    JobType: String(JobType),
    Manifest: String(Manifest),
    ManifestAddendum: typeof ManifestAddendum === 'string' ? ManifestAddendum : undefined,
    APIVersion: typeof APIVersion === 'string' ? APIVersion : undefined,
  }
}

/** The last job of a page requests the next page. */
function createEndlessError(): AwsError {
  return new AwsError({
    class: 'unknown',
    name: 'UnusableAnswer',
    message: 'the list says that it goes on, but names no job to go on from',
  })
}
