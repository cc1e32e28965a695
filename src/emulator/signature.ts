import { type Clock, second } from './clock.ts'
import { createWrongSignature } from './credential.ts'
import type { Service } from './service.ts'

/** The parts of a signed request that are read. */
type Signed = { readonly authorization: string | undefined; readonly signedAt: string | undefined }

/**
 * The age of a signature on arrival, in milliseconds. Negative: made in the future. 0 if the request has no date.
 *
 * A signer uses the machine's clock, or the emulator's clock from an earlier answer (its Date header). The two differ
 * if the emulator's time was advanced or runs at its own pace. So each clock that the signer may use is tried, and the
 * youngest age counts. Advances since then count as age. The pace does not, because no signer could keep up with it.
 * Headers have whole seconds, and an answer takes time. So a signature may be a second younger than it says, and by a
 * learned clock three.
 * @param signedAt the header x-amz-date
 */
export function computeSignatureAge(signedAt: string | undefined, clock: Clock): number {
  const time = parseTime(signedAt)
  if (time === undefined) return 0
  const real = Date.now()
  const stretches = clock.stretches()
  const machine = { since: Number.NEGATIVE_INFINITY, first: 0, last: 0 }
  const ages = [machine, ...stretches].flatMap(({ since, first, last }, index) => {
    const [least, most] = [Math.min(first, last), Math.max(first, last)]
    const slack = (index === 0 ? 1 : 3) * second - 1
    const ahead = time - real
    const age = Math.max(0, least - ahead - slack)
    if (ahead + age > most) return [(most - ahead) / Math.max(1, clock.scale)]
    const signed = real - age
    // Nobody knows of a jump in advance, but a signer may know the emulator's start time.
    return index > 1 && signed < since ? [] : [age + sumJumps(signed, stretches)]
  })
  const age = ages.reduce((best, each) => (Math.abs(each) < Math.abs(best) ? each : best))
  return Math.trunc(age / second) * second
}

/** How far virtual time has jumped since a real moment. */
function sumJumps(moment: number, stretches: ReturnType<Clock['stretches']>): number {
  return stretches.reduce((sum, { since, first }, index) => {
    const before = stretches[index - 1]
    return before !== undefined && since > moment ? sum + first - before.last : sum
  }, 0)
}

/**
 * Rejects a signature that is too old or too new, or not of its credential's day. A request without x-amz-date is
 * accepted, as is one with a wrong signature.
 * @param ageMs the signature's current age
 * @param seconds its maximum age, instead of the service's own; null: the service's own
 * @throws ServiceError with the service's own name, status 403
 */
export function checkSignature(service: Service, request: Signed, ageMs: number, seconds: number | null): void {
  const { signedAt = '' } = request
  const time = parseTime(signedAt)
  if (signedAt !== '' && time === undefined) {
    throw createWrongSignature(service, `Date must be in ISO-8601 'basic format'. Got '${signedAt}'.`)
  }
  const day = /Credential=[^/=]+\/(\d{8})\//.exec(request.authorization ?? '')?.[1]
  if (time !== undefined && day !== signedAt.slice(0, 8)) {
    throw createWrongSignature(
      service,
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date.`,
    )
  }
  const life = (seconds ?? service.signatureSeconds) * second
  if (Math.abs(ageMs) <= life) return
  const named = time ?? Date.now() - ageMs
  const now = named + ageMs
  const minutes = `${life / (60 * second)} min.`
  throw createWrongSignature(
    service,
    ageMs > 0
      ? `Signature expired: ${formatBasic(named)} is now earlier than ${formatBasic(now - life)} (${formatBasic(now)} - ${minutes})`
      : `Signature not yet current: ${formatBasic(named)} is still later than ${formatBasic(now + life)} (${formatBasic(now)} + ${minutes})`,
  )
}

function parseTime(text: string | undefined): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? '')
  if (!parts) return undefined
  const [, year, month, day, hour, minute, seconds] = parts
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${seconds}Z`)
  return Number.isNaN(time) ? undefined : time
}

/** The format of x-amz-date. */
function formatBasic(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, '')
}
