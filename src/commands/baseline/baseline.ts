import type { ExitCode } from '../../model/exit-code.ts'
import { Problem } from '../../model/problem.ts'
import { suggest } from '../../model/remedy.ts'
import { assertOnly } from '../../session/assert-only.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { openProjectStore } from '../../session/project.ts'
import type { Session } from '../../session/session.ts'
import { decideInSession } from '../reconcile/apply-decision.ts'

/**
 * `jobwright baseline`: records every spec without a record as done, so that Jobwright does not submit it. Begins the
 * state if there is none. Creates no job.
 */
export async function recordBaseline(
  options: CommonOptions & {
    /** Begin a state with the specs of `only` alone; all others count as new. */
    readonly newState?: boolean
  },
  host: Host,
): Promise<ExitCode> {
  return decideInSession('baseline', { ...options, begins: true }, host, async (session) => {
    const store = openProjectStore(session.project, options)
    const { state } = await store.read()
    assertOnly(options, session.loaded, state)
    if (state === undefined && !options.emulator) assertWhole(options, session)
    const chosen = session.loaded.specs.filter((spec) => {
      const isAsked = !options.only?.length || options.only.includes(spec.address)
      return isAsked && state?.records[spec.address] === undefined
    })
    return new Map(chosen.map((spec) => [spec.address, { is: 'baseline' }]))
  })
}

/** Throws a Problem (STATE_MISSING) if a new state would leave out some specs: those would run. */
function assertWhole({ only, newState }: Parameters<typeof recordBaseline>[0], { loaded }: Session): void {
  if (only?.length && !newState) {
    throw new Problem({
      code: 'STATE_MISSING',
      message: 'there is no state, and a state that begins with only some specs done lets all others run',
      remedies: [
        suggest('record every spec as done', 'baseline'),
        suggest('or let the others run', 'baseline', '--new-state', ...only.flatMap((one) => ['--only', one])),
      ],
    })
  }
  const [blocked] = loaded.blocked
  if (only?.length || (loaded.complete && blocked === undefined)) return
  throw new Problem({
    code: 'STATE_MISSING',
    message: `there is no state, and none begins while specs have errors (${blocked?.address ?? 'a file that cannot be read'}): once corrected, they would run`,
    remedies: [suggest('list what is wrong', 'validate'), suggest('fix that, then', 'baseline')],
  })
}
