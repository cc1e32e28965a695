import { type Clock, second } from './clock.ts'
import { createWrongSignature } from './credential.ts'
import type { Service } from './service.ts'

/** What is read of a signed request. */
type Signed = { readonly authorization: string | undefined; readonly signedAt: string | undefined }

/**
 * How old a signature is when its request comes in, in milliseconds; negative: made in the future. 0 where the request does not say.
 *
 * A signer goes by the machine's clock, or by the emulator's as an earlier answer told it (its Date header). On an emulator whose time was
 * advanced or has a pace of its own the two differ, and so each clock that the signer may go by is tried, and the youngest age counts. What
 * the emulator was advanced by since then counts as age; its pace does not, since no signer could keep up with it. Headers name whole seconds,
 * and an answer takes its time: a signature may be a second younger than it says, and by a learned clock three.
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
    // Nobody knows of a jump before it is made; the time at which the emulator starts may be known.
    return index > 1 && signed < since ? [] : [age + sumJumps(signed, stretches)]
  })
  const age = ages.reduce((best, each) => (Math.abs(each) < Math.abs(best) ? each : best))
  return Math.trunc(age / second) * second
}

/** By how much virtual time has jumped since a real moment. */
function sumJumps(moment: number, stretches: ReturnType<Clock['stretches']>): number {
  return stretches.reduce((sum, { since, first }, index) => {
    const before = stretches[index - 1]
    return before !== undefined && since > moment ? sum + first - before.last : sum
  }, 0)
}

/**
 * Refuses a signature that is too old or too new, or does not belong to the day that its credential names. A request without x-amz-date is
 * let through, as one whose signature is wrong is.
 * @param ageMs how old the signature is by now
 * @param seconds how old it may be, in place of what the service has; null: that
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
