import { day, minute } from '../../clock.ts'
import { parseTime } from '../../parse-time.ts'
import { createInvalid } from './errors.ts'
import type { CreateJobInput, Tag } from './job.ts'

/** The most targets that one job may have. */
export const targetsMax = 100
/** The most tags that one job may have. */
export const tagsMax = 50

const targetArn = /^arn:aws[a-z-]*:iot:[a-z0-9-]+:\d{12}:(thing|thinggroup)\/[a-zA-Z0-9:_-]+$/
const year = 365 * day

/** Rules over several members, which AWS states in the prose of its reference and guide. Each returns what is wrong, or nothing. */
const rules: readonly ((input: CreateJobInput) => string | false | undefined)[] = [
  ({ targets }) => findTargetFault(targets),
  ({ document, documentSource, jobTemplateArn }) =>
    [document, documentSource, jobTemplateArn].every((source) => source === undefined) &&
    'One of document, documentSource or jobTemplateArn is required.',
  ({ document, documentSource }) =>
    document !== undefined && documentSource !== undefined && 'document and documentSource cannot both be given.',
  ({ document }) => document !== undefined && !isJson(document) && 'The job document is not valid JSON.',
  ({ documentSource }) =>
    documentSource !== undefined &&
    !/^https:\/\/[^/]+\/.+/.test(documentSource) &&
    'documentSource must be an S3 link.',
  ({ document, presignedUrlConfig }) =>
    document?.includes('${aws:iot:s3-presigned-url') &&
    presignedUrlConfig?.roleArn === undefined &&
    'A document with S3 presigned URL placeholders needs presignedUrlConfig.roleArn.',
  ({ documentParameters, jobTemplateArn }) =>
    documentParameters !== undefined &&
    jobTemplateArn === undefined &&
    'documentParameters can only be used with a managed template.',
  ({ jobExecutionsRolloutConfig }) => {
    const criteria = jobExecutionsRolloutConfig?.exponentialRate?.rateIncreaseCriteria
    return (
      criteria && Object.keys(criteria).length !== 1 && 'rateIncreaseCriteria must have exactly one of its two members.'
    )
  },
  (input) => findRetryFault(input),
  ({ tags = [] }) => findTagFault(tags) ?? (tags.length > tagsMax && `A job may have at most ${tagsMax} tags.`),
]

/** What is wrong with tags of one request, if anything is. */
export function findTagFault(tags: readonly Tag[]): string | undefined {
  const keys = tags.map(({ Key }) => Key)
  const reserved = keys.find((key) => /^aws:/i.test(key))
  if (reserved !== undefined) return `Tag key ${reserved} begins with aws:, which is reserved for AWS.`
  return new Set(keys).size < keys.length ? 'Duplicate tag keys.' : undefined
}

/**
 * Applies the rules that no shape can express.
 * @throws ServiceError InvalidRequestException, naming the first rule that is broken
 */
export function checkCreateJob(input: CreateJobInput): void {
  for (const rule of rules) {
    const wrong = rule(input)
    if (wrong) throw createInvalid(wrong)
  }
}

/** What is wrong with a list of targets, if anything is. */
export function findTargetFault(targets: readonly string[]): string | undefined {
  if (targets.length > targetsMax) return `A job may have at most ${targetsMax} targets.`
  const wrong = targets.find((target) => !targetArn.test(target))
  return wrong === undefined ? undefined : `Target ${wrong} is not the ARN of a thing or thing group.`
}

function findRetryFault({ jobExecutionsRetryConfig, timeoutConfig }: CreateJobInput): string | false {
  const criteria = jobExecutionsRetryConfig?.criteriaList ?? []
  const retries = criteria.reduce((sum, { numberOfRetries }) => sum + numberOfRetries, 0)
  if (retries > 10) return 'There may be at most 10 retries over all failure types.'
  const timesOut = criteria.some(({ failureType }) => failureType === 'TIMED_OUT')
  return timesOut && timeoutConfig === undefined && 'Retries of TIMED_OUT executions need a timeoutConfig.'
}

/** The moments of a schedule, in virtual epoch milliseconds. */
export type Schedule = { startsAt?: number; endsAt?: number }

/**
 * Reads and checks schedulingConfig: both times at least 30 minutes ahead, a start within a year, an end within two, 30 minutes to two years apart.
 * @throws ServiceError InvalidRequestException
 */
export function readSchedule({ schedulingConfig = {} }: CreateJobInput, now: number): Schedule {
  const startsAt = readTime('startTime', schedulingConfig.startTime)
  const endsAt = readTime('endTime', schedulingConfig.endTime)
  assertWithin('startTime', startsAt, now, year)
  assertWithin('endTime', endsAt, now, 2 * year)
  if (startsAt !== undefined && endsAt !== undefined) assertWithin('endTime', endsAt, startsAt, 2 * year)
  return { startsAt, endsAt }
}

function assertWithin(name: string, time: number | undefined, from: number, most: number): void {
  if (time === undefined || (time >= from + 30 * minute && time <= from + most)) return
  throw createInvalid(`${name} must be at least 30 minutes and at most ${most / day} days ahead.`)
}

function readTime(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  // The reference shows a date and a time of day in minutes, and points to the CLI's timestamps: without a zone it is UTC.
  const value = parseTime(text, 'Z')
  if (value === undefined) throw createInvalid(`${name} '${text}' is not of the form YYYY-MM-DD HH:MM.`)
  return value
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
