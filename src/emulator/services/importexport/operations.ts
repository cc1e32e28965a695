import { createHmac } from 'node:crypto'
import { day, formatIso } from '../../clock.ts'
import type { Json, JsonObject } from '../../json.ts'
import { type Context, defineOperation } from '../../service.ts'
import { boolean, integer, list, oneOf, string, structure } from '../../shape.ts'
import type { JobRecord } from '../../store.ts'
import { createProblem } from './errors.ts'
import { computeDeviceStatus, type DeviceFacts, getFacts, getRequest, type JobRequest } from './job.ts'
import { checkManifest, getScalar, parseManifest } from './manifest.ts'

const common = { method: 'POST', path: '/' }
const jobMembers = {
  'JobType!': oneOf('Import', 'Export'),
  'Manifest!': string({ min: 1 }),
  'ValidateOnly!': boolean,
}
const jobIdInput = structure({ JobId: string() })
type JobIdInput = { JobId?: string }

/** CreateJob; with ValidateOnly it answers as if, and makes nothing. */
export const createJob = defineOperation<JobRequest>({
  ...common,
  name: 'CreateJob',
  input: structure({ ...jobMembers, ManifestAddendum: string(), APIVersion: string() }),
  run: (context, request) => {
    const manifest = readManifest(request)
    if (request.ValidateOnly) return { body: { JobType: request.JobType, WarningMessage: noWarning } }
    checkQuota(context)
    const job = context.jobs.add(createFreshId(context), request, { manifest })
    const body = {
      JobId: job.id,
      JobType: request.JobType,
      ...createSignature(job),
      ArtifactList: createArtifacts(context, job),
    }
    return { body }
  },
})

/** UpdateJob: replaces the whole manifest, until the device is read. */
export const updateJob = defineOperation<JobRequest & { JobId?: string }>({
  ...common,
  name: 'UpdateJob',
  input: structure({ JobId: string(), ...jobMembers, APIVersion: string() }),
  run: (context, { JobId, ...request }) => {
    const job = findLive(context, JobId)
    const manifest = readManifest(request)
    if (computeDeviceStatus(job, context.now).progress !== 'Pending') {
      throw createProblem('UnableToUpdateJobId', 'AWS Import/Export cannot update the job: the transfer has begun.')
    }
    if (!request.ValidateOnly) context.jobs.change(job, { updated: request, manifest })
    return { body: { Success: true, ArtifactList: createArtifacts(context, job) } }
  },
})

/** CancelJob, until the device is read. */
export const cancelJob = defineOperation<JobIdInput>({
  ...common,
  name: 'CancelJob',
  input: jobIdInput,
  run: (context, { JobId }) => {
    const job = findLive(context, JobId)
    if (computeDeviceStatus(job, context.now).progress !== 'Pending') {
      throw createProblem('UnableToCancelJobId', 'AWS Import/Export cannot cancel the job: the transfer has begun.')
    }
    context.jobs.change(job, { cancelledAt: context.now })
    return { body: { Success: true } }
  },
})

/** ListJobs, newest first; the marker for the next page is the last job's ID. */
export const listJobs = defineOperation<{ MaxJobs?: number; Marker?: string }>({
  ...common,
  name: 'ListJobs',
  lists: true,
  input: structure({ MaxJobs: integer({ min: 0, max: 1000 }), Marker: string() }),
  run: ({ jobs }, { MaxJobs = 0, Marker = '' }) => {
    const marked = jobs.find(Marker)
    if (Marker !== '' && !marked) throw createProblem('InvalidParameter', 'The marker is not the ID of a job.')
    // A page of none could never be followed by another: 0 asks for the default.
    const size = MaxJobs === 0 ? 1000 : MaxJobs
    const page: JobRecord[] = []
    let isTruncated = false
    for (const job of jobs.list()(marked?.serial)) {
      isTruncated = page.length === size
      if (isTruncated) break
      page.push(job)
    }
    const shown = page.map((job) => ({
      JobId: job.id,
      CreationDate: formatDate(job.createdAt),
      IsCanceled: getFacts(job).cancelledAt !== undefined,
      JobType: getRequest(job).JobType,
    }))
    return { body: { Jobs: shown, IsTruncated: isTruncated } }
  },
})

/** GetStatus: codes, messages, and the manifest as it stands. */
export const getStatus = defineOperation<JobIdInput>({
  ...common,
  name: 'GetStatus',
  input: jobIdInput,
  run: (context, { JobId }) => {
    const job = findLive(context, JobId)
    const { progress, location } = computeDeviceStatus(job, context.now)
    const shipped = location !== 'NotReceived'
    const logged = progress === 'Complete'
    const { logBucket, logPrefix } = getFacts(job).manifest
    const body = {
      JobId: job.id,
      JobType: getRequest(job).JobType,
      LocationCode: location,
      LocationMessage: `The device is ${location}.`,
      ProgressCode: progress,
      ProgressMessage: `The job is ${progress}.`,
      Carrier: shipped ? 'UPS' : undefined,
      TrackingNumber: shipped ? `1Z${job.id}0001` : undefined,
      LogBucket: logged ? logBucket : undefined,
      LogKey: logged ? `${logPrefix}${getRequest(job).JobType.toLowerCase()}-log-${job.id}` : undefined,
      ErrorCount: 0,
      ...createSignature(job),
      CurrentManifest: getRequest(job).Manifest,
      CreationDate: formatDate(job.createdAt),
      ArtifactList: createArtifacts(context, job),
    }
    return { body }
  },
})

const addressMembers =
  'name company phoneNumber country stateOrProvince city postalCode street1 street2 street3 APIVersion'.split(' ')

/** GetShippingLabel: a link to a label for one or more jobs. */
export const getShippingLabel = defineOperation<{ jobIds?: string[] }>({
  ...common,
  name: 'GetShippingLabel',
  input: structure({
    jobIds: list(string()),
    ...Object.fromEntries(addressMembers.map((name) => [name, string()])),
  }),
  run: (context, { jobIds = [] }) => {
    if (jobIds.length === 0) throw createProblem('InvalidJobId', 'jobIds is missing.')
    const ids = jobIds.map((id) => findLive(context, id).id)
    return { body: { ShippingLabelURL: `${context.url}/_labels/${ids.join('-')}.pdf` } }
  },
})

const noWarning = 'No warnings.'

/** Validates the manifest of a request, and takes from it what the job's later life depends on. */
function readManifest({ JobType, Manifest: text }: JobRequest): DeviceFacts['manifest'] {
  const manifest = parseManifest(text)
  checkManifest(JobType, manifest)
  const field = (name: keyof DeviceFacts['manifest']) => getScalar(manifest, name)
  return { deviceId: field('deviceId'), logBucket: field('logBucket'), logPrefix: field('logPrefix') }
}

function checkQuota({ jobs, now, limits }: Context): void {
  const today = now - (now % day)
  if (jobs.countSince(today) < limits.importExportPerDay) return
  throw createProblem('CreateJobQuotaExceeded', `At most ${limits.importExportPerDay} jobs may be created in a day.`)
}

/** Five characters, as in AWS's samples; another draw if they are taken. */
function createFreshId({ ids, jobs }: Context): string {
  for (let draw = 0; ; draw++) {
    const id = ids.capitals(`importexport ${draw}`, jobs.nextSerial(), 5)
    if (!jobs.find(id)) return id
  }
}

function findJob({ jobs }: Context, id: string | undefined): JobRecord {
  const job = id === undefined ? undefined : jobs.find(id)
  if (!job)
    throw createProblem('InvalidJobId', 'The JOBID was missing, not found, or not associated with the AWS account.')
  return job
}

function findLive(context: Context, id: string | undefined): JobRecord {
  const job = findJob(context, id)
  const { progress } = computeDeviceStatus(job, context.now)
  if (progress === 'Canceled') throw createProblem('CanceledJobId', `The job ${job.id} has been canceled.`)
  if (progress === 'Expired') throw createProblem('ExpiredJobId', `The job ${job.id} has expired.`)
  return job
}

/** What authenticates the device. It follows from the manifest, so that an update changes it. */
function createSignature(job: JobRecord): JsonObject {
  const value = createHmac('sha1', job.id).update(getRequest(job).Manifest).digest('base64')
  const lines = ['version:2.0', 'signingMethod:HmacSHA1', `jobId:${job.id}`, `signature:${value}`]
  return { Signature: value, SignatureFileContents: lines.join('\n') }
}

function createArtifacts({ url }: Context, job: JobRecord): Json {
  return [{ Description: 'Packing slip', URL: `${url}/_labels/packing-${job.id}.pdf` }]
}

/** Whole seconds, as in AWS's samples. */
function formatDate(milliseconds: number): string {
  return formatIso(milliseconds).replace(/\.\d+Z$/, 'Z')
}
