import {
  CreateExportJobCommand,
  type CreateExportJobCommandInput,
  type ExportJobResponse,
  GetExportJobCommand,
  GetExportJobsCommand,
  PinpointClient,
} from '@aws-sdk/client-pinpoint'
import { assertNonEmpty, catchAbsent } from '../../aws/absent.ts'
import { attemptOnce, UnusableAnswer } from '../../aws/attempt.ts'
import type { Connection } from '../../aws/connection.ts'
import { readPages } from '../../aws/pages.ts'
import { dropUndefined, pick, readCounts, toIso } from '../../aws/plain.ts'
import { createAsk } from '../../aws/read.ts'
import { sendWhole } from '../../aws/whole.ts'
import type { JsonObject } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import type { KindReader, KindWriter } from '../../model/kind-calls.ts'
import type { Live } from '../../model/live.ts'
import { pinpointExportJob } from './model.ts'

/** How Pinpoint export jobs are read and made over a connection. */
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
        // The schema of the kind has checked the members; the SDK's types cannot see that.
        const input = request as unknown as CreateExportJobCommandInput
        assertNonEmpty(input.ApplicationId, 'ApplicationId')
        // The body is the inner request: the project is in the path.
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

/** `Failures` is left behind: it may quote endpoints, which are people. Finished jobs may come without a definition (user guide's samples). */
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
