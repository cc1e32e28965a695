import type { Address } from '../model/address.ts'
import { formatIso } from '../model/iso.ts'
import type { NextLine } from '../model/lines.ts'
import type { State } from '../model/state.ts'
import { FRESH_RUN } from '../plan/input.ts'
import { listUpcoming, type Upcoming } from '../plan/series/upcoming.ts'
import { OFFLINE } from '../reconcile/world.ts'
import { formatLocal } from '../schedule/instants.ts'
import { nameOccurrence } from '../schedule/names.ts'
import type { CommonOptions } from './host.ts'
import { createBasis, type Session } from './session.ts'

/** Finds what comes next of each spec with a schedule, from specs and state alone. */
export function findUpcoming(
  session: Session,
  state: State | undefined,
  options: CommonOptions,
  count: number,
  addresses: readonly Address[] = [],
): Upcoming[] {
  const basis = createBasis(session, state, { ...options, offline: true }, { git: false })
  const all = listUpcoming({ ...basis, state, siteOf: OFFLINE.siteOf, now: session.clock.now(), run: FRESH_RUN }, count)
  return all.filter(({ spec }) => addresses.length === 0 || addresses.includes(spec.address))
}

/** Converts what comes next of a job to lines: all runs that are due, and `count` in total. */
export function toNextLines({ spec, due, next }: Upcoming, count: number): NextLine[] {
  const { address, policy } = spec
  return [...due, ...next].slice(0, Math.max(count, due.length)).map((instant) => ({
    v: 1,
    type: 'next',
    address,
    run: nameOccurrence(address, instant),
    at: formatIso(instant),
    local: formatLocal(policy.schedule, instant),
    ...(due.includes(instant) && { due: true }),
  }))
}
