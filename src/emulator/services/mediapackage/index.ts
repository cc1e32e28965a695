import { matchWhole } from '../../check-shape.ts'
import { day, formatIso } from '../../clock.ts'
import type { JsonObject } from '../../json.ts'
import { cutPage } from '../../page.ts'
import { parseTime } from '../../parse-time.ts'
import { type Context, defineOperation, type Service, ServiceError } from '../../service.ts'
import { integer, string, structure } from '../../shape.ts'
import type { JobRecord } from '../../store.ts'
import { getChannel, getRequest, type HarvestRequest, viewJob } from './job.ts'

const invalid = { name: 'UnprocessableEntityException', status: 422 }
const tooMany = { name: 'TooManyRequestsException', status: 429 }

/** The longest startover window that an endpoint can have, and the longest harvest. */
const startoverMax = 14 * day
const harvestMax = day

/** POST /harvest_jobs */
const createHarvestJob = defineOperation<HarvestRequest>({
  name: 'CreateHarvestJob',
  method: 'POST',
  path: '/harvest_jobs',
  input: structure({
    'id!': string({ min: 1, max: 256, pattern: matchWhole('[A-Za-z0-9_-]+') }),
    'originEndpointId!': string({ min: 1 }),
    'startTime!': string(),
    'endTime!': string(),
    's3Destination!': structure({
      'bucketName!': string({ min: 1 }),
      'manifestKey!': string({ min: 1 }),
      'roleArn!': string({ pattern: matchWhole('arn:aws[a-z-]*:iam::\\d{12}:role/.+') }),
    }),
  }),
  run: (context, request) => {
    const { jobs, now, limits } = context
    checkWindow(request, now)
    if (jobs.find(request.id)) throw new ServiceError(invalid, `A harvest job with id ${request.id} already exists.`)
    if (jobs.reaches(limits.harvestConcurrent, (job) => viewJob(job, now).status === 'IN_PROGRESS')) {
      throw new ServiceError(tooMany, `At most ${limits.harvestConcurrent} harvest jobs may be in progress.`)
    }
    return { body: describe(context, jobs.add(request.id, request)) }
  },
})

/** GET /harvest_jobs/{id} */
const describeHarvestJob = defineOperation<{ id: string }>({
  name: 'DescribeHarvestJob',
  method: 'GET',
  path: '/harvest_jobs/{id}',
  input: structure({ 'id!': string() }),
  run: (context, { id }) => {
    const job = context.jobs.find(id)
    if (!job) throw new ServiceError({ name: 'NotFoundException', status: 404 }, `HarvestJob ${id} not found.`)
    return { body: describe(context, job) }
  },
})

type ListInput = { includeChannelId?: string; includeStatus?: string; maxResults?: number; nextToken?: string }

/** GET /harvest_jobs: whole records, newest first. */
const listHarvestJobs = defineOperation<ListInput>({
  name: 'ListHarvestJobs',
  lists: true,
  method: 'GET',
  path: '/harvest_jobs',
  query: {
    includeChannelId: 'includeChannelId',
    includeStatus: 'includeStatus',
    maxResults: 'maxResults',
    nextToken: 'nextToken',
  },
  input: structure({
    includeChannelId: string(),
    includeStatus: string(),
    maxResults: integer({ min: 1, max: 1000 }),
    nextToken: string(),
  }),
  run: (context, { maxResults = 100, nextToken, ...filters }) => {
    const chosen = context.jobs.list(
      (job) =>
        [undefined, viewJob(job, context.now).status].includes(filters.includeStatus) &&
        [undefined, getChannel(getRequest(job))].includes(filters.includeChannelId),
    )
    const page = cutPage(chosen, maxResults, JSON.stringify(filters), nextToken)
    if (!page) throw new ServiceError(invalid, 'Invalid nextToken.')
    return { body: { harvestJobs: page.jobs.map((job) => describe(context, job)), nextToken: page.token } }
  },
})

/** The rules of the user guide's pages on creating harvest jobs; where it leaves open how a breach shows, it is a 422 here. */
function checkWindow({ startTime, endTime }: HarvestRequest, now: number): void {
  const start = readTime('startTime', startTime)
  const end = readTime('endTime', endTime)
  const refuse = (message: string) => new ServiceError(invalid, message)
  if (start >= end) throw refuse('startTime must be before endTime.')
  if (end > now) throw refuse('endTime must be in the past.')
  if (end - start > harvestMax) throw refuse('A harvest job may cover at most 24 hours.')
  if (start < now - startoverMax) throw refuse('startTime is outside the startover window of the endpoint.')
}

function readTime(name: string, text: string): number {
  const value = /^\d{1,11}$/.test(text) ? Number(text) * 1000 : text.includes(' ') ? undefined : parseTime(text)
  if (value === undefined) {
    throw new ServiceError(invalid, `${name} must be ISO-8601 with an offset, or epoch seconds, not '${text}'.`)
  }
  return value
}

function describe({ partition, now }: Context, job: JobRecord): JsonObject {
  const { id, region, account } = job
  return {
    ...getRequest(job),
    arn: `arn:${partition}:mediapackage:${region}:${account}:harvest_jobs/${id}`,
    channelId: getChannel(getRequest(job)),
    createdAt: formatIso(job.createdAt),
    status: viewJob(job, now).status,
  }
}

/** AWS Elemental MediaPackage (v1), API version 2017-10-12: harvest jobs. */
export const mediapackage: Service = {
  name: 'mediapackage',
  protocol: 'rest-json',
  scopes: ['mediapackage'],
  signatureSeconds: 5 * 60,
  paths: /^\/harvest_jobs(\/|$)/,
  messageMember: 'message',
  errors: { invalid, throttle: tooMany, internal: { name: 'InternalServerErrorException', status: 500 } },
  operations: [createHarvestJob, describeHarvestJob, listHarvestJobs],
  view: viewJob,
}
