import type { JsonObject } from '../../json.ts'
import type { JobRecord } from '../../store.ts'

/** A CreateJob request, once validated. */
export type CreateJobInput = JsonObject & {
  readonly jobId: string
  readonly targets: readonly string[]
  readonly document?: string
  readonly documentSource?: string
  readonly description?: string
  readonly targetSelection?: 'CONTINUOUS' | 'SNAPSHOT'
  readonly jobTemplateArn?: string
  readonly namespaceId?: string
  readonly tags?: readonly Tag[]
  readonly documentParameters?: JsonObject
  readonly presignedUrlConfig?: { readonly roleArn?: string }
  readonly timeoutConfig?: { readonly inProgressTimeoutInMinutes?: number }
  readonly jobExecutionsRolloutConfig?: {
    readonly exponentialRate?: { readonly rateIncreaseCriteria: JsonObject }
  }
  readonly abortConfig?: { readonly criteriaList: readonly AbortCriterion[] }
  readonly jobExecutionsRetryConfig?: {
    readonly criteriaList: readonly { readonly failureType: string; readonly numberOfRetries: number }[]
  }
  readonly schedulingConfig?: { readonly startTime?: string; readonly endTime?: string }
}

/** A tag as requests give it; without a value it is empty. */
export type Tag = { readonly Key: string; readonly Value?: string }

/** Tags by their keys. */
export function indexTags(tags: readonly Tag[]): IotFacts['tags'] {
  return Object.fromEntries(tags.map(({ Key, Value = '' }) => [Key, Value]))
}

/** When failures stop a job: so many percent of the devices that have ended, once enough have. */
type AbortCriterion = {
  readonly failureType: string
  readonly thresholdPercentage: number
  readonly minNumberOfExecutedThings: number
}

/** What happened to a job; times in virtual epoch milliseconds. */
export type IotFacts = {
  /** How long its roll-out takes, in milliseconds. */
  readonly duration: number
  readonly startsAt: number
  readonly endsAt?: number
  readonly targets: readonly string[]
  readonly tags: { readonly [key: string]: string }
  readonly updatedAt?: number
  /** Members that UpdateJob has replaced. */
  readonly updated?: JsonObject
  readonly cancelledAt?: number
  readonly forceCanceled?: boolean
  readonly reasonCode?: string
  readonly comment?: string
  readonly deletedAt?: number
}

/** The request that made a job. */
export const getRequest = (job: JobRecord) => job.request as CreateJobInput

/** What happened to a job. */
export const getFacts = (job: JobRecord) => job.facts as unknown as IotFacts

/** The ARN of a job. */
export function formatJobArn(partition: string, { region, account, id }: Pick<JobRecord, 'region' | 'account' | 'id'>) {
  return `arn:${partition}:iot:${region}:${account}:job/${id}`
}
