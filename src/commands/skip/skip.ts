import type { Address } from '../../model/address.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import { formatIso } from '../../model/iso.ts'
import { Problem } from '../../model/problem.ts'
import { advise, suggest } from '../../model/remedy.ts'
import type { Schedule } from '../../model/schedule.ts'
import type { Series } from '../../model/series.ts'
import type { State } from '../../model/state.ts'
import { escapeForTerminal } from '../../report/escape.ts'
import { toProgressLine, toSummaryLine } from '../../report/json-lines.ts'
import { formatLocal } from '../../schedule/instants.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { createPrinter } from '../../session/printer.ts'
import { openProjectStore } from '../../session/project.ts'
import { assertSeries } from '../../session/series-address.ts'
import { openSession, type Session } from '../../session/session.ts'
import { findUpcoming } from '../../session/upcoming.ts'
import { waitWhileLocked } from '../../session/while-locked.ts'
import { createStale } from '../reconcile/reconcile.ts'

/** `jobwright skip ADDRESS`: records that the next run of a schedule is not to be made. Calls no AWS API. */
export async function skip(given: string, options: CommonOptions, host: Host): Promise<ExitCode> {
  const out = createPrinter(host, options)
  return waitWhileLocked(options, host, out, async (): Promise<ExitCode> => {
    const session = await openSession(options, host)
    try {
      const store = await openProjectStore(session.project, options).open()
      try {
        const address = assertSeries(given, session, store.state, 'skip')
        const { state, text } = skipNext(address, session, store.state, options)
        const committed = await store.commit([{ set: 'series', address, series: state }], `skip a run of ${address}`)
        if (committed.is === 'stale') throw new Problem(createStale(committed.message))
        out.line(toProgressLine(address, 'skipped'))
        out.text(text)
        out.line(toSummaryLine({ counts: { skipped: 1 }, outcomes: [], exitCode: 0 }))
        return 0
      } finally {
        await store.close()
      }
    } finally {
      await session.close()
    }
  })
}

/** Returns the series without its next run, and what to tell the person. */
function skipNext(
  address: Address,
  session: Session,
  state: State | undefined,
  options: CommonOptions,
): { readonly state: Series; readonly text: string } {
  const series = state?.series?.[address]
  if (series === undefined)
    throw new Problem({
      code: 'USAGE',
      message: `the schedule of ${address} is not on record yet`,
      remedies: [suggest('record it first', 'reconcile'), advise('or write a later start')],
    })
  const [upcoming] = findUpcoming(withSchedule(session, address, series.schedule), state, options, 2, [address])
  const [instant, after] = [...(upcoming?.due ?? []), ...(upcoming?.next ?? [])]
  if (instant === undefined)
    throw new Problem({
      code: 'USAGE',
      message: `no run of ${address} comes next`,
      remedies: [suggest('see its schedule', 'next', address)],
    })
  const then = after === undefined ? 'no run comes after it' : `the next one is ${formatLocal(series.schedule, after)}`
  return {
    state: { ...series, skip: [...(series.skip ?? []), formatIso(instant)] },
    text: escapeForTerminal(`${address}: the run of ${formatLocal(series.schedule, instant)} is skipped; ${then}`),
  }
}

/** What comes next follows from the schedule on record. This checkout may have another one. */
function withSchedule(session: Session, address: Address, schedule: Schedule): Session {
  const specs = session.loaded.specs.map((spec) =>
    spec.address === address ? { ...spec, policy: { ...spec.policy, schedule } } : spec,
  )
  return { ...session, loaded: { ...session.loaded, specs } }
}
