import {
  CreateExportJobCommand,
  type CreateExportJobCommandInput,
  type ExportJobResponse,
  GetExportJobCommand,
  GetExportJobsCommand,
  PinpointClient,
} from '@aws-sdk/client-pinpoint'
import { attemptOnce, UnusableAnswer } from '../../aws/attempt.ts'
import { assertNonEmpty, catchAbsent } from '../../aws/catch-absent.ts'
import type { Connection } from '../../aws/connection.ts'
import { readPages } from '../../aws/pages.ts'
import { dropUndefined, pick, readCounts, toIso } from '../../aws/pick-members.ts'
import { createAsk } from '../../aws/read-with-retries.ts'
import { sendWhole } from '../../aws/send-whole.ts'
import type { JsonObject } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import type { KindReader, KindWriter } from '../../model/kind-calls.ts'
import type { Live } from '../../model/live.ts'
import { pinpointExportJob } from './model.ts'

/** Reads and creates Pinpoint export jobs over a connection. */
export function createCalls(
  connection: Connection,
  model: KindModel = pinpointExportJob,
): { reader: KindReader; writer: KindWriter } {
  return { reader: createReader(connection, model), writer: createWriter(connection, model) }
}

function createReader(connection: Connection, model: KindModel): KindReader {
  const client = new PinpointClient(connection.settings(model, 'read'))
  const ask = createAsk(connection, model)
  return {
    async describe(id, { scope, signal }) {
      const input = { ApplicationId: assertNonEmpty(scope, 'ApplicationId'), JobId: assertNonEmpty(id, 'JobId') }
      const answer = await catchAbsent(
        ask('GetExportJob', signal, (options) => client.send(new GetExportJobCommand(input), options)),
      )
      return answer?.ExportJobResponse && toLive(answer.ExportJobResponse)
    },
    list: ({ scope, signal }) =>
      readPages(async (token) => {
        const ApplicationId = assertNonEmpty(scope, 'ApplicationId')
        const input = { ApplicationId, PageSize: String(model.api.listing.page), Token: token }
        const { ExportJobsResponse: answer } = await ask('GetExportJobs', signal, (options) =>
          client.send(new GetExportJobsCommand(input), options),
        )
        return { items: (answer?.Item ?? []).map(toLive), next: answer?.NextToken }
      }),
  }
}

function createWriter(connection: Connection, model: KindModel): KindWriter {
  const client = new PinpointClient(connection.settings(model, 'write'))
  return {
    create: (request, options) =>
      attemptOnce(connection.lane(model, 'CreateExportJob'), model, options, async (sending) => {
        // The kind's schema has checked the members, which the SDK's types cannot know.
        const input = request as unknown as CreateExportJobCommandInput
        assertNonEmpty(input.ApplicationId, 'ApplicationId')
        // The body is the inner request, because the path holds the project.
        const command = sendWhole(
          new CreateExportJobCommand(input),
          pick(request, ['ExportJobRequest'])['ExportJobRequest'] as JsonObject,
        )
        const { ExportJobResponse: job } = await client.send(command, sending)
        if (!job?.Id) throw new UnusableAnswer('a job ID')
        return toLive(job)
      }),
  }
}

const COUNTS = {
  CompletedPieces: 'completedPieces',
  FailedPieces: 'failedPieces',
  TotalPieces: 'totalPieces',
  TotalProcessed: 'processed',
  TotalFailures: 'failures',
}

/**
 * Converts a job. `Failures` is left out: it may quote endpoints, which are people. Finished jobs may lack a definition
 * (user guide's samples).
 */
function toLive(job: ExportJobResponse): Live {
  const definition = pick(job.Definition, ['RoleArn', 'S3UrlPrefix', 'SegmentId', 'SegmentVersion'])
  return dropUndefined({
    id: job.Id ?? '',
    status: job.JobStatus ?? '',
    createdAt: toIso(job.CreationDate),
    finishedAt: toIso(job.CompletionDate),
    counts: readCounts(job, COUNTS),
    marker: definition['S3UrlPrefix'] as string | undefined,
    request:
      definition['S3UrlPrefix'] === undefined
        ? undefined
        : { ...pick(job, ['ApplicationId']), ExportJobRequest: definition },
  })
}
