import {
  AssociateTargetsWithJobCommand,
  CancelJobCommand,
  CreateJobCommand,
  type CreateJobCommandInput,
  DescribeJobCommand,
  GetJobDocumentCommand,
  IoTClient,
  ListJobsCommand,
  ListTagsForResourceCommand,
  type Tag,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateJobCommand,
} from '@aws-sdk/client-iot'
import { attemptOnce, UnusableAnswer } from '../../aws/attempt.ts'
import { AwsError } from '../../aws/aws-error.ts'
import { assertNonEmpty, catchAbsent } from '../../aws/catch-absent.ts'
import type { Connection } from '../../aws/connection.ts'
import { readPages } from '../../aws/pages.ts'
import { dropUndefined, pick } from '../../aws/pick-members.ts'
import { createAsk } from '../../aws/read-with-retries.ts'
import { sendWhole } from '../../aws/send-whole.ts'
import { CANCEL_REASON } from '../../model/cancel-reason.ts'
import { canonicalise, getValue, type JsonObject } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import type { CreateOptions, KindReader, KindWriter, UpdateRequest } from '../../model/kind-calls.ts'
import type { Live } from '../../model/live.ts'
import { type Marked, readMark, toDescribedLive, toListedLive } from './live.ts'
import { iotJob } from './model.ts'
import { listAddedTags, listAddedTargets, listRemovedTags, SETTINGS } from './updating.ts'

/** Reads and creates AWS IoT jobs over a connection. */
export function createCalls(
  connection: Connection,
  model: KindModel = iotJob,
): { reader: KindReader; writer: KindWriter } {
  return { reader: createReader(connection, model), writer: createWriter(connection, model) }
}

function createReader(connection: Connection, model: KindModel): KindReader {
  const client = new IoTClient(connection.settings(model, 'read'))
  const ask = createAsk(connection, model)
  const readDocument = (jobId: string, signal: AbortSignal | undefined) =>
    catchAbsent(ask('GetJobDocument', signal, (options) => client.send(new GetJobDocumentCommand({ jobId }), options)))
  const readTags = async (arn: string | undefined, signal: AbortSignal | undefined): Promise<Marked> => {
    try {
      const resourceArn = assertNonEmpty(arn, 'resourceArn')
      const all = readPages(async (nextToken) => {
        const command = new ListTagsForResourceCommand({ resourceArn, nextToken })
        const answer = await ask('ListTagsForResource', signal, (options) => client.send(command, options))
        return { items: answer.tags ?? [], next: answer.nextToken }
      })
      const tags: Tag[] = []
      for await (const page of all) tags.push(...page)
      return readMark(tags)
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      return { markRead: error.problem.class === 'auth' ? 'refused' : 'failed' }
    }
  }
  return {
    async describe(id, { definition, mark, signal }) {
      const jobId = assertNonEmpty(id, 'jobId')
      const answer = await catchAbsent(
        ask('DescribeJob', signal, (options) => client.send(new DescribeJobCommand({ jobId }), options)),
      )
      if (!answer?.job) return undefined
      const { job, documentSource } = answer
      const isDocumentRead = definition && !documentSource
      const [document, marked] = await Promise.all([
        isDocumentRead ? readDocument(jobId, signal) : undefined,
        mark ? readTags(job.jobArn, signal) : undefined,
      ])
      const source = documentSource ? { documentSource } : isDocumentRead ? { document: document?.document } : undefined
      return { ...toDescribedLive(job, source), ...marked }
    },
    list: ({ signal }) =>
      readPages(async (nextToken) => {
        const input = { maxResults: model.api.listing.page, nextToken }
        const answer = await ask('ListJobs', signal, (options) => client.send(new ListJobsCommand(input), options))
        return { items: (answer.jobs ?? []).map(toListedLive), next: answer.nextToken }
      }),
  }
}

function createWriter(connection: Connection, model: KindModel): KindWriter {
  const client = new IoTClient(connection.settings(model, 'write'))
  return {
    create: (request, options) =>
      attemptOnce(connection.lane(model, 'CreateJob'), model, options, async (sending) => {
        const input = buildInput(request, options)
        const { jobId: _path, ...body } = input
        const command = sendWhole(new CreateJobCommand(input), body as unknown as JsonObject)
        const { jobId, jobArn } = await client.send(command, sending)
        if (jobId !== input.jobId) throw new UnusableAnswer('the jobId that was asked for')
        return toCreated(request, jobId, jobArn)
      }),
    update: (id, update, options) =>
      attemptOnce(connection.lane(model, update.operation), model, options, async (sending) => {
        const command = updateCommand(assertNonEmpty(id, 'jobId'), update)
        // Each command is valid, but the SDK's overloads do not accept their union.
        await client.send(command as UpdateJobCommand, sending)
      }),
    cancel: (id, { reason, force, ...options }) =>
      attemptOnce(connection.lane(model, 'CancelJob'), model, options, async (sending) => {
        const jobId = assertNonEmpty(id, 'jobId')
        // An empty comment and `force: false` would change the request.
        const asked = { comment: reason || undefined, force: force || undefined }
        await client.send(new CancelJobCommand({ jobId, reasonCode: CANCEL_REASON, ...asked }), sending)
      }),
  }
}

function updateCommand(jobId: string, { operation, before, after, live }: UpdateRequest) {
  switch (operation) {
    case 'TagResource':
      return new TagResourceCommand({
        resourceArn: assertNonEmpty(live.arn, 'resourceArn'),
        tags: listAddedTags(before, after) as unknown as { Key: string; Value: string }[],
      })
    case 'UntagResource':
      return new UntagResourceCommand({
        resourceArn: assertNonEmpty(live.arn, 'resourceArn'),
        tagKeys: listRemovedTags(before, after),
      })
    case 'AssociateTargetsWithJob':
      return new AssociateTargetsWithJobCommand({ jobId, targets: listAddedTargets(before, after) })
    default: {
      const settings = SETTINGS.filter(
        (member) => canonicalise(after[member] ?? null) !== canonicalise(before[member] ?? null),
      )
      const changed = pick(after, settings)
      return sendWhole(new UpdateJobCommand({ jobId, ...changed }), changed)
    }
  }
}

function buildInput(request: JsonObject, options: CreateOptions): CreateJobCommandInput & { jobId: string } {
  const input = iotJob.request.toInput(request, options)
  assertNonEmpty(String(input['jobId'] ?? ''), 'jobId')
  // The kind's schema has checked the members, which the SDK's types cannot know.
  return input as unknown as CreateJobCommandInput & { jobId: string }
}

/**
 * CreateJob returns no status. A job begins SCHEDULED if it starts later, or only in maintenance windows. Any other
 * begins IN_PROGRESS, even with an end time (IoT developer guide, job states).
 */
function toCreated(request: JsonObject, id: string, arn: string | undefined): Live {
  const windows = getValue(request, '/schedulingConfig/maintenanceWindows')
  const isScheduled =
    getValue(request, '/schedulingConfig/startTime') !== undefined || (Array.isArray(windows) && windows.length > 0)
  const status = isScheduled ? 'SCHEDULED' : 'IN_PROGRESS'
  return dropUndefined({ id, arn, status, partial: true })
}
