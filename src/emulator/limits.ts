import type { JsonObject } from './json.ts'

/** AWS's quotas, with their published defaults; all can be changed, which AWS itself allows for only some. */
export type Limits = {
  /** Import/Export jobs that one account may create in a UTC day. */
  importExportPerDay: number
  /** MediaPackage harvest jobs in progress at once, per account and region. */
  harvestConcurrent: number
  /** IoT jobs rolling out at once, per account and region. */
  iotConcurrent: number
  /** IoT jobs in DELETION_IN_PROGRESS at once, per account and region. */
  iotDeleting: number
  /** Data Exchange jobs of one type in progress at once; revision exports have their own figure. */
  dataExchangeConcurrent: number
  /** Data Exchange revision exports in progress at once. */
  dataExchangeRevisionExports: number
}

/** The figures of Service Quotas and of the guides' quota pages. */
export const defaultLimits: Limits = {
  importExportPerDay: 50,
  harvestConcurrent: 10,
  iotConcurrent: 500,
  iotDeleting: 10,
  dataExchangeConcurrent: 10,
  dataExchangeRevisionExports: 5,
}

/**
 * Checks limits that came from outside.
 * @returns the limits that were named, or a sentence saying what is wrong with them
 */
export function readLimits(given: JsonObject): Partial<Limits> | string {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaultLimits, name)) {
      return `unknown limit "${name}"; known are ${Object.keys(defaultLimits).join(', ')}`
    }
    if (!Number.isInteger(value) || (value as number) < 0) return `limit "${name}" must be a whole number from 0`
  }
  return given as Partial<Limits>
}
