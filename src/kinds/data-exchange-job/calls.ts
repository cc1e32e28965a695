import {
  CancelJobCommand,
  CreateJobCommand,
  type CreateJobCommandInput,
  DataExchangeClient,
  GetJobCommand,
  ListJobsCommand,
  StartJobCommand,
} from '@aws-sdk/client-dataexchange'
import { attemptOnce, UnusableAnswer } from '../../aws/attempt.ts'
import { assertNonEmpty, catchAbsent } from '../../aws/catch-absent.ts'
import type { Connection } from '../../aws/connection.ts'
import { readPages } from '../../aws/pages.ts'
import { createAsk } from '../../aws/read-with-retries.ts'
import { fillSecrets } from '../../aws/secret-values.ts'
import { receiveWhole, sendWhole } from '../../aws/send-whole.ts'
import type { KindModel } from '../../model/kind.ts'
import type { KindReader, KindWriter } from '../../model/kind-calls.ts'
import { toLive } from './live.ts'
import { dataExchangeJob } from './model.ts'
import { downloadFrom, uploadTo } from './transfer.ts'

/** Reads, creates and starts Data Exchange jobs over a connection. */
export function createCalls(
  connection: Connection,
  model: KindModel = dataExchangeJob,
): { reader: KindReader; writer: KindWriter } {
  return { reader: createReader(connection, model), writer: createWriter(connection, model) }
}

function createReader(connection: Connection, model: KindModel): KindReader {
  const client = new DataExchangeClient(connection.settings(model, 'read'))
  const ask = createAsk(connection, model)
  return {
    download: (id, receive, { signal }) => downloadFrom(ask, client, id, receive, signal),
    async describe(id, { signal }) {
      const input = { JobId: assertNonEmpty(id, 'JobId') }
      const job = await catchAbsent(
        ask('GetJob', signal, (options) => client.send(receiveWhole(new GetJobCommand(input)), options)),
      )
      return job && toLive(job)
    },
    list: ({ scope, signal }) =>
      readPages(async (token) => {
        const input = {
          MaxResults: model.api.listing.page,
          DataSetId: scope || undefined,
          NextToken: token,
        }
        const answer = await ask('ListJobs', signal, (options) =>
          client.send(receiveWhole(new ListJobsCommand(input)), options),
        )
        return { items: (answer.Jobs ?? []).map(toLive), next: answer.NextToken }
      }),
  }
}

function createWriter(connection: Connection, model: KindModel): KindWriter {
  const client = new DataExchangeClient(connection.settings(model, 'write'))
  const reads = new DataExchangeClient(connection.settings(model, 'read'))
  const ask = createAsk(connection, model)
  return {
    upload: (id, source, { signal }) => uploadTo(ask, reads, id, source, signal),
    async create(request, options) {
      const filled = fillSecrets(request, model.request.secrets, connection)
      if ('problem' in filled) return { is: 'not-done', problem: filled.problem }
      const bounds = { ...options, secrets: filled.secrets }
      return attemptOnce(connection.lane(model, 'CreateJob'), model, bounds, async (sending) => {
        // The kind's schema has checked the members, which the SDK's types cannot know.
        const input = filled.request as unknown as CreateJobCommandInput
        const command = sendWhole(new CreateJobCommand(input), filled.request)
        const job = await client.send(receiveWhole(command), sending)
        if (!job.Id) throw new UnusableAnswer('a job ID')
        return toLive(job)
      })
    },
    start: (id, options) =>
      attemptOnce(connection.lane(model, 'StartJob'), model, options, async (sending) => {
        await client.send(new StartJobCommand({ JobId: assertNonEmpty(id, 'JobId') }), sending)
      }),
    cancel: (id, { reason: _reason, force: _force, ...options }) =>
      attemptOnce(connection.lane(model, 'CancelJob'), model, options, async (sending) => {
        await client.send(new CancelJobCommand({ JobId: assertNonEmpty(id, 'JobId') }), sending)
      }),
  }
}
