import {
  CreateHarvestJobCommand,
  type CreateHarvestJobCommandInput,
  DescribeHarvestJobCommand,
  type HarvestJob,
  ListHarvestJobsCommand,
  MediaPackageClient,
} from '@aws-sdk/client-mediapackage'
import { attemptOnce, UnusableAnswer } from '../../aws/attempt.ts'
import { assertNonEmpty, catchAbsent } from '../../aws/catch-absent.ts'
import type { Connection } from '../../aws/connection.ts'
import { readPages } from '../../aws/pages.ts'
import { dropUndefined, pick, toIso } from '../../aws/pick-members.ts'
import { createAsk } from '../../aws/read-with-retries.ts'
import { sendWhole } from '../../aws/send-whole.ts'
import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import type { CreateOptions, KindReader, KindWriter } from '../../model/kind-calls.ts'
import type { Live } from '../../model/live.ts'
import { mediapackageHarvestJob } from './model.ts'

/** Reads and creates MediaPackage harvest jobs over a connection. */
export function createCalls(
  connection: Connection,
  model: KindModel = mediapackageHarvestJob,
): { reader: KindReader; writer: KindWriter } {
  return { reader: createReader(connection, model), writer: createWriter(connection, model) }
}

function createReader(connection: Connection, model: KindModel): KindReader {
  const client = new MediaPackageClient(connection.settings(model, 'read'))
  const ask = createAsk(connection, model)
  return {
    async describe(id, { signal }) {
      const input = { Id: assertNonEmpty(id, 'Id') }
      const job = await catchAbsent(
        ask('DescribeHarvestJob', signal, (options) => client.send(new DescribeHarvestJobCommand(input), options)),
      )
      return job && toLive(job)
    },
    list: ({ signal }) =>
      readPages(async (token) => {
        const input = { MaxResults: model.api.listing.page, NextToken: token }
        const answer = await ask('ListHarvestJobs', signal, (options) =>
          client.send(new ListHarvestJobsCommand(input), options),
        )
        return { items: (answer.HarvestJobs ?? []).map(toLive), next: answer.NextToken }
      }),
  }
}

function createWriter(connection: Connection, model: KindModel): KindWriter {
  const client = new MediaPackageClient(connection.settings(model, 'write'))
  return {
    create: (request, options) =>
      attemptOnce(connection.lane(model, 'CreateHarvestJob'), model, options, async (sending) => {
        const input = buildInput(request, options)
        const command = sendWhole(new CreateHarvestJobCommand(input), toWire(input as unknown as JsonObject))
        const job = await client.send(command, sending)
        if (job.Id !== input.Id) throw new UnusableAnswer('the Id that was asked for')
        return toLive(job)
      }),
  }
}

function buildInput(request: JsonObject, options: CreateOptions): CreateHarvestJobCommandInput & { Id: string } {
  const input = mediapackageHarvestJob.request.toInput(request, options)
  assertNonEmpty(String(input['Id'] ?? ''), 'Id')
  // The kind's schema has checked the members, which the SDK's types cannot know.
  return input as unknown as CreateHarvestJobCommandInput & { Id: string }
}

/** On the wire every member name begins with a small letter (API reference, harvest_jobs). */
function toWire(request: JsonObject): JsonObject {
  const named = (value: Json): Json =>
    isObject(value) ? toWire(value) : Array.isArray(value) ? value.map(named) : value
  return Object.fromEntries(
    Object.entries(request).map(([member, value]) => [member.charAt(0).toLowerCase() + member.slice(1), named(value)]),
  )
}

/** Converts a job. Create, describe and list all return the whole job. */
function toLive(job: HarvestJob): Live {
  return dropUndefined({
    id: job.Id ?? '',
    arn: job.Arn,
    status: job.Status ?? '',
    createdAt: toIso(job.CreatedAt),
    request: {
      ...pick(job, ['OriginEndpointId', 'StartTime', 'EndTime']),
      S3Destination: pick(job.S3Destination, ['BucketName', 'ManifestKey', 'RoleArn']),
    },
  })
}
