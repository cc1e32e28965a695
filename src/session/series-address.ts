import type { Address } from '../model/address.ts'
import { Problem } from '../model/problem.ts'
import { suggest } from '../model/remedy.ts'
import type { State } from '../model/state.ts'
import { parseOccurrence } from '../schedule/names.ts'
import { assertKnown } from './known-address.ts'
import type { Session } from './session.ts'

/** Returns the address of a spec with a schedule. Throws a Problem (exit 1) for any other. `command`: who asks. */
export function assertSeries(
  address: string,
  { loaded }: Session,
  state: State | undefined,
  command: 'next' | 'skip',
): Address {
  const { series } = parseOccurrence(address) ?? {}
  if (series !== undefined && loaded.specs.some((spec) => spec.address === series && spec.policy.schedule))
    throw new Problem({
      code: 'USAGE',
      message: `${address} is one run of a schedule; ${command} takes the spec with the schedule`,
      remedies: [suggest('name the spec', command, series)],
    })
  assertKnown(address, { loaded, state, all: loaded.specs.map((spec) => spec.address) })
  if (loaded.specs.some((spec) => spec.address === address && spec.policy.schedule)) return address
  throw new Problem({
    code: 'USAGE',
    message: `${address} has no schedule: it runs once`,
    remedies: [suggest('list the next runs', 'next')],
  })
}
