import type { Address } from '../model/address.ts'
import type { State } from '../model/state.ts'
import { FRESH_RUN } from '../plan/input.ts'
import { listUpcoming, type Upcoming } from '../plan/series/upcoming.ts'
import { OFFLINE } from '../reconcile/world.ts'
import type { CommonOptions } from './host.ts'
import { createBasis, type Session } from './session.ts'

/** Finds what comes next of each job that comes again, from specs and state alone. */
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
