import { formatIso } from '../../model/iso.ts'
import type { KindModel, Timing } from '../../model/kind.ts'
import { advise } from '../../model/remedy.ts'
import type { Spec } from '../../model/spec.ts'
import { formatMinute } from '../context.ts'

/**
 * Returns whether a spec may be submitted now. Its kind's own rules count, such as a harvest window, and `notBefore`
 * and `expires` of its policy. `now` is epoch milliseconds. Checked when a create is planned, and again right before it
 * is sent.
 */
export function computeTiming(
  { request, policy }: Pick<Spec, 'request' | 'policy'>,
  model: KindModel,
  now: number,
): Timing {
  const own = model.lifecycle.timing(request, now)
  if (own.is === 'expired') return own
  const expires = parseTime(policy.expires)
  if (expires !== undefined && now >= expires) {
    return { is: 'expired', reason: `policy.expires was ${formatMinute(formatIso(expires))}`, remedies: LATER }
  }
  const good = chooseEarliest(own.expires, policy.expires)
  const from = parseTime(policy.notBefore)
  const early: Timing | undefined =
    from !== undefined && now < from
      ? { is: 'waiting', reason: 'policy.notBefore is not reached yet', until: formatIso(from) }
      : undefined
  const waiting = chooseLater(own, early)
  if (waiting === undefined) return { is: 'ready', ...good }
  const { until } = waiting
  if (until !== undefined && good.expires !== undefined && Date.parse(until) >= Date.parse(good.expires)) {
    return {
      is: 'expired',
      reason: `it can go from ${formatMinute(until)} on, but is good until ${formatMinute(good.expires)} only`,
      remedies: LATER,
    }
  }
  return { ...waiting, ...good }
}

const LATER = [advise('write a later policy.expires, or remove the spec')]

type Waiting = Extract<Timing, { is: 'waiting' }>

/** Returns the longer of two reasons to wait. One without an end is the longest. */
function chooseLater(own: Timing, early: Timing | undefined): Waiting | undefined {
  const all = [own, early].filter((one): one is Waiting => one?.is === 'waiting')
  return all.sort(
    (a, b) => (parseTime(b.until) ?? Number.POSITIVE_INFINITY) - (parseTime(a.until) ?? Number.POSITIVE_INFINITY),
  )[0]
}

function chooseEarliest(...times: (string | undefined)[]): { expires?: string } {
  const known = times.flatMap((time) => parseTime(time) ?? [])
  return known.length === 0 ? {} : { expires: formatIso(Math.min(...known)) }
}

function parseTime(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text)
}
