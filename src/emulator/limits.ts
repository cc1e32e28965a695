import { isObject, type Json, type JsonObject } from './json.ts'

/** AWS's quotas, with their published defaults. All can be changed here, but only some in AWS. */
export type Limits = {
  /** Import/Export jobs that one account may create in a UTC day. */
  importExportPerDay: number
  /** MediaPackage harvest jobs in progress at once, per account and region. */
  harvestConcurrent: number
  /** IoT jobs rolling out at once, per account and region. */
  iotConcurrent: number
  /** IoT jobs in DELETION_IN_PROGRESS at once, per account and region. */
  iotDeleting: number
  /** Data Exchange jobs of one type in progress at once; revision exports have their own quota. */
  dataExchangeConcurrent: number
  /** Data Exchange revision exports in progress at once. */
  dataExchangeRevisionExports: number
  /**
   * The maximum age of a signature in seconds, for every service. Null: each service's own
   * (`Service.signatureSeconds`).
   */
  signatureSeconds: number | null
  /**
   * Calls in a real second of an account and region, by service (`iot`) or operation (`iot.CreateJob`). The burst size is
   * the same. Faster calls get the service's throttling error. None by default, because AWS publishes few.
   */
  rates: { readonly [place: string]: number }
}

/** The values of Service Quotas and of the guides' quota pages. */
export const defaultLimits: Limits = {
  importExportPerDay: 50,
  harvestConcurrent: 10,
  iotConcurrent: 500,
  iotDeleting: 10,
  dataExchangeConcurrent: 10,
  dataExchangeRevisionExports: 5,
  signatureSeconds: null,
  rates: {},
}

/**
 * Validates limits from outside.
 * @param known the operations that a rate may name, by service
 * @returns the given limits, or a sentence that says what is wrong
 */
export function readLimits(
  given: JsonObject,
  known: { readonly [service: string]: readonly { readonly name: string }[] },
): Partial<Limits> | string {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaultLimits, name)) {
      return `unknown limit "${name}"; known are ${Object.keys(defaultLimits).join(', ')}`
    }
    const wrong = name === 'rates' ? findRateFault(value, known) : findQuotaFault(name, value)
    if (wrong) return wrong
  }
  return given as Partial<Limits>
}

function findQuotaFault(name: string, value: Json | undefined): string | undefined {
  if (value === null && defaultLimits[name as keyof Limits] === null) return undefined
  return Number.isInteger(value) && (value as number) >= 0 ? undefined : `limit "${name}" must be a whole number from 0`
}

function findRateFault(value: Json | undefined, known: Parameters<typeof readLimits>[1]): string | undefined {
  if (!isObject(value)) return 'limit "rates" must be an object such as {"iot": 10, "iot.CreateJob": 5}'
  const places = Object.entries(known).flatMap(([service, operations]) => [
    service,
    ...operations.map(({ name }) => `${service}.${name}`),
  ])
  for (const [place, rate] of Object.entries(value)) {
    if (!places.includes(place)) return `rate "${place}" is for no service and no operation of one`
    if (!(typeof rate === 'number' && rate > 0)) return `rate "${place}" must be above 0, in calls a second`
  }
  return undefined
}
