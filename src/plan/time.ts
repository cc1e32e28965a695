import { iso } from '../model/iso.ts'
import type { KindModel, Timing } from '../model/kind.ts'
import { advise } from '../model/remedy.ts'
import type { Spec } from '../model/spec.ts'
import { spoken } from './planner.ts'

/**
 * What time says about submitting a spec now: its kind's own rules (a harvest window, an IoT schedule) and its policy's `notBefore` and
 * `expires`. `now` is epoch milliseconds. Asked when a create is planned, and once more when it is about to be sent.
 */
export function timingOf({ request, policy }: Pick<Spec, 'request' | 'policy'>, model: KindModel, now: number): Timing {
  const own = model.lifecycle.timing(request, now)
  if (own.when === 'expired') return own
  const expires = timeOf(policy.expires)
  if (expires !== undefined && now >= expires) {
    return { when: 'expired', reason: `policy.expires was ${spoken(iso(expires))}`, remedies: LATER }
  }
  const good = earliest(own.expires, policy.expires)
  const from = timeOf(policy.notBefore)
  const early: Timing | undefined =
    from !== undefined && now < from
      ? { when: 'waiting', reason: 'policy.notBefore is not reached yet', until: iso(from) }
      : undefined
  const waiting = later(own, early)
  if (waiting === undefined) return { when: 'ready', ...good }
  const { until } = waiting
  if (until !== undefined && good.expires !== undefined && Date.parse(until) >= Date.parse(good.expires)) {
    return {
      when: 'expired',
      reason: `it can go from ${spoken(until)} on, but is good until ${spoken(good.expires)} only`,
      remedies: LATER,
    }
  }
  return { ...waiting, ...good }
}

const LATER = [advise('write a later policy.expires, or withdraw the spec')]

type Waiting = Extract<Timing, { when: 'waiting' }>

/** Of two reasons to wait the one that lasts longer; one without an end lasts longest. */
function later(own: Timing, early: Timing | undefined): Waiting | undefined {
  const all = [own, early].filter((one): one is Waiting => one?.when === 'waiting')
  return all.sort(
    (a, b) => (timeOf(b.until) ?? Number.POSITIVE_INFINITY) - (timeOf(a.until) ?? Number.POSITIVE_INFINITY),
  )[0]
}

function earliest(...times: (string | undefined)[]): { expires?: string } {
  const known = times.flatMap((time) => timeOf(time) ?? [])
  return known.length === 0 ? {} : { expires: iso(Math.min(...known)) }
}

function timeOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text)
}
