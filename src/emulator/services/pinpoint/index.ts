import { matchWhole } from '../../check-shape.ts'
import { formatIso } from '../../clock.ts'
import type { JsonObject } from '../../json.ts'
import { cutPage } from '../../page.ts'
import { type Context, defineOperation, type Result, type Service, ServiceError } from '../../service.ts'
import { integer, string, structure } from '../../shape.ts'
import type { JobRecord } from '../../store.ts'
import { computeProgress, type ExportRequest, getRequest, isFailing, viewJob } from './job.ts'

const invalid = { name: 'BadRequestException', status: 400 }
const notFound = { name: 'NotFoundException', status: 404 }
const application = string()

/** POST /v1/apps/{application-id}/jobs/export: the body is the job request itself. */
const createExportJob = defineOperation<ExportRequest>({
  name: 'CreateExportJob',
  method: 'POST',
  path: '/v1/apps/{application-id}/jobs/export',
  input: structure({
    'application-id!': application,
    'RoleArn!': string({ pattern: matchWhole('arn:aws[a-z-]*:iam::\\d{12}:role/.+') }),
    'S3UrlPrefix!': string({ pattern: matchWhole('s3://[^/]+(/.*)?') }),
    SegmentId: string({ min: 1 }),
    SegmentVersion: integer({ min: 1 }),
  }),
  run: (context, request) => {
    checkProject(request)
    const id = context.ids.hex('pinpoint', context.jobs.nextSerial(), 32)
    return { status: 202, body: describe(context.jobs.add(id, request), context.now) }
  },
})

/** GET /v1/apps/{application-id}/jobs/export/{job-id} */
const getExportJob = defineOperation<{ 'application-id': string; 'job-id': string }>({
  name: 'GetExportJob',
  method: 'GET',
  path: '/v1/apps/{application-id}/jobs/export/{job-id}',
  input: structure({ 'application-id!': application, 'job-id!': string() }),
  run: ({ jobs, now }, input) => {
    checkProject(input)
    const job = jobs.find(input['job-id'])
    if (!job || getRequest(job)['application-id'] !== input['application-id']) {
      throw new ServiceError(notFound, 'Resource not found')
    }
    return { body: describe(job, now) }
  },
})

type ListInput = { 'application-id': string; 'segment-id'?: string; 'page-size'?: string; token?: string }
const paging = { 'page-size': 'page-size', token: 'token' }
const pagingShape = { 'page-size': string(), token: string() }

/** GET /v1/apps/{application-id}/jobs/export, newest first. */
const getExportJobs = defineOperation<ListInput>({
  name: 'GetExportJobs',
  lists: true,
  method: 'GET',
  path: '/v1/apps/{application-id}/jobs/export',
  query: paging,
  input: structure({ 'application-id!': application, ...pagingShape }),
  run: listPage,
})

/** GET /v1/apps/{application-id}/segments/{segment-id}/jobs/export, newest first. */
const getSegmentExportJobs = defineOperation<ListInput>({
  name: 'GetSegmentExportJobs',
  lists: true,
  method: 'GET',
  path: '/v1/apps/{application-id}/segments/{segment-id}/jobs/export',
  query: paging,
  input: structure({ 'application-id!': application, 'segment-id!': string(), ...pagingShape }),
  run: listPage,
})

/** Every project of a sound ID exists, but for those whose ID contains "missing". */
function checkProject({ 'application-id': id }: { readonly 'application-id': string }): void {
  if (/^[A-Za-z0-9_-]+$/.test(id) && !id.includes('missing')) return
  throw new ServiceError(notFound, 'Resource not found')
}

function listPage({ jobs, now }: Context, input: ListInput): Result {
  checkProject(input)
  const { 'application-id': app, 'segment-id': segment, 'page-size': size = '100', token } = input
  if (!/^[1-9]\d{0,5}$/.test(size)) throw new ServiceError(invalid, `Invalid page-size '${size}'.`)
  const chosen = jobs.list((job) => {
    const request = getRequest(job)
    return request['application-id'] === app && (segment === undefined || request.SegmentId === segment)
  })
  const page = cutPage(chosen, Number(size), JSON.stringify([app, segment]), token)
  if (!page) throw new ServiceError(invalid, 'Invalid token.')
  return { body: { Item: page.jobs.map((job) => describe(job, now)), NextToken: page.token } }
}

function describe(job: JobRecord, now: number): JsonObject {
  const { 'application-id': ApplicationId, ...Definition } = getRequest(job)
  const { status, times } = viewJob(job, now)
  const figures = computeProgress(job, now)
  return {
    ApplicationId,
    Id: job.id,
    Type: 'EXPORT',
    JobStatus: status,
    CreationDate: formatIso(job.createdAt),
    CompletionDate: times['ended'] === undefined ? undefined : formatIso(times['ended']),
    Definition,
    ...figures,
    Failures: isFailing(job) && figures.FailedPieces > 0 ? ['The role cannot write to the S3 location.'] : undefined,
  }
}

/** Amazon Pinpoint, API version 2016-12-01: export jobs. */
export const pinpoint: Service = {
  name: 'pinpoint',
  protocol: 'rest-json',
  scopes: ['mobiletargeting'],
  // Its front end gives a signature as long as the Query services do, not the five minutes of most REST services.
  signatureSeconds: 15 * 60,
  paths: /^\/v1\/apps\//,
  messageMember: 'Message',
  requestIdMember: 'RequestID',
  errors: {
    invalid,
    throttle: { name: 'TooManyRequestsException', status: 429 },
    internal: { name: 'InternalServerErrorException', status: 500 },
  },
  operations: [createExportJob, getExportJob, getExportJobs, getSegmentExportJobs],
  view: viewJob,
}
