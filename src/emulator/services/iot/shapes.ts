import { matchWhole } from '../../check-shape.ts'
import { boolean, integer, list, map, number, oneOf, string, structure } from '../../shape.ts'

// Bounds from the AWS IoT API reference; those that it states in prose only are in rules.ts.

/** A job's ID. */
export const jobId = string({ min: 1, max: 64, pattern: matchWhole('[a-zA-Z0-9_-]+') })
/** A namespace, which Greengrass uses. */
export const namespaceId = string({ pattern: matchWhole('[a-zA-Z0-9_-]+') })
/** What a job is sent to: ARNs of things and thing groups. */
export const targets = list(string({ max: 2048 }), { min: 1 })
/** Free text without control characters. */
export const comment = string({ max: 2028, pattern: matchWhole('[^\\p{C}]+') })
/** Why a job was cancelled. */
const reasonCode = string({ max: 128, pattern: matchWhole('[\\p{Lu}\\p{Nd}_]+') })
/** A tag's key. */
export const tagKey = string({ min: 1, max: 128, pattern: matchWhole('[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*') })
/** Tags, whose member names are capitalised. */
export const tags = list(structure({ 'Key!': tagKey, Value: string({ max: 256 }) }))
/** A job's status, as a filter. */
const status = oneOf('IN_PROGRESS', 'CANCELED', 'COMPLETED', 'DELETION_IN_PROGRESS', 'SCHEDULED')
const targetSelection = oneOf('CONTINUOUS', 'SNAPSHOT')

const arn = string({ min: 1, max: 1600, pattern: matchWhole('arn:[!-~]+') })
const atLeastOne = integer({ min: 1 })

/** The members that can also be changed later, by UpdateJob. */
export const updatable = {
  description: comment,
  presignedUrlConfig: structure({
    roleArn: string({ min: 20, max: 2048 }),
    expiresInSec: integer({ min: 60, max: 3600 }),
  }),
  jobExecutionsRolloutConfig: structure({
    maximumPerMinute: integer({ min: 1, max: 1000 }),
    exponentialRate: structure({
      'baseRatePerMinute!': integer({ min: 1, max: 1000 }),
      'incrementFactor!': number({ min: 1.1, max: 5 }),
      'rateIncreaseCriteria!': structure({
        numberOfNotifiedThings: atLeastOne,
        numberOfSucceededThings: atLeastOne,
      }),
    }),
  }),
  abortConfig: structure({
    'criteriaList!': list(
      structure({
        'failureType!': oneOf('FAILED', 'REJECTED', 'TIMED_OUT', 'ALL'),
        'action!': oneOf('CANCEL'),
        'thresholdPercentage!': number({ max: 100 }),
        'minNumberOfExecutedThings!': atLeastOne,
      }),
      { min: 1 },
    ),
  }),
  timeoutConfig: structure({ inProgressTimeoutInMinutes: integer({ min: 1, max: 10080 }) }),
  jobExecutionsRetryConfig: structure({
    'criteriaList!': list(
      structure({
        'failureType!': oneOf('FAILED', 'TIMED_OUT', 'ALL'),
        'numberOfRetries!': integer({ min: 0, max: 10 }),
      }),
      { min: 1, max: 2 },
    ),
  }),
}

/** What CreateJob takes. */
export const createJob = structure({
  'jobId!': jobId,
  'targets!': targets,
  documentSource: string({ min: 1, max: 1350 }),
  document: string({ max: 32768 }),
  ...updatable,
  targetSelection,
  tags,
  namespaceId,
  jobTemplateArn: arn,
  documentParameters: map(
    string({ min: 1, max: 128, pattern: matchWhole('[a-zA-Z0-9_-]+') }),
    string({ min: 1, max: 30720, pattern: matchWhole('[^\\p{C}]+') }),
  ),
  schedulingConfig: structure({
    startTime: string({ min: 1, max: 64 }),
    endTime: string({ min: 1, max: 64 }),
    endBehavior: oneOf('STOP_ROLLOUT', 'CANCEL', 'FORCE_CANCEL'),
    maintenanceWindows: list(
      structure({
        'startTime!': string({ min: 1, max: 256 }),
        'durationInMinutes!': integer({ min: 1, max: 1430 }),
      }),
    ),
  }),
  destinationPackageVersions: list(arn, { max: 25 }),
})

/** What ListJobs takes. */
export const listJobs = structure({
  status,
  targetSelection,
  maxResults: integer({ min: 1, max: 250 }),
  nextToken: string(),
  thingGroupName: string({ min: 1, max: 128, pattern: matchWhole('[a-zA-Z0-9:_-]+') }),
  thingGroupId: string({ min: 1, max: 128, pattern: matchWhole('[a-zA-Z0-9\\-]+') }),
  namespaceId,
})

/** What CancelJob takes. */
export const cancelJob = structure({ 'jobId!': jobId, reasonCode, comment, force: boolean })
