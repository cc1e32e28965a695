import type { Address } from '../../model/address.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import { Problem } from '../../model/problem.ts'
import { advise, suggest } from '../../model/remedy.ts'
import type { State } from '../../model/state.ts'
import type { Decision } from '../../plan/input.ts'
import { parseOccurrence } from '../../schedule/names.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { assertKnown } from '../../session/known-address.ts'
import { createPrinter } from '../../session/printer.ts'
import { openProjectStore } from '../../session/project.ts'
import { openSession, type Session } from '../../session/session.ts'
import { waitWhileLocked } from '../../session/while-locked.ts'
import { type ReconcileCommandOptions, reconcileIn } from './reconcile.ts'

/** Applies a person's decision about one address. `verb` is the command's name. */
export function decide(
  verb: string,
  address: string,
  decision: Decision,
  options: CommonOptions,
  host: Host,
): Promise<ExitCode> {
  return decideInSession(verb, options, host, async (session) => {
    const { state, diagnostics } = await openProjectStore(session.project, options).read()
    const error = diagnostics.find(({ severity }) => severity === 'error')
    // The run itself reports a missing state.
    if (error && error.code !== 'STATE_MISSING') throw new Problem(error)
    return new Map([[findAddress(address, session, state), decision]])
  })
}

/** Runs one pass of the reconciler over the decided addresses only. */
export async function decideInSession(
  verb: string,
  options: CommonOptions & Pick<ReconcileCommandOptions, 'begins'>,
  host: Host,
  decisionsOf: (session: Session) => Promise<ReadonlyMap<Address, Decision>>,
): Promise<ExitCode> {
  const out = createPrinter(host, options)
  return waitWhileLocked(options, host, out, async (mayRetry) => {
    const session = await openSession(options, host)
    try {
      const decisions = await decisionsOf(session)
      const beforeRelease = (): Promise<void> => session.close()
      const run = { ...options, verb, decisions, settleMs: 0, mayRetry, beforeRelease }
      return (await reconcileIn(session, run, host, out)).exitCode
    } finally {
      out.settle()
      await session.close()
    }
  })
}

function findAddress(address: string, { loaded }: Session, state: State | undefined): Address {
  const all = [...loaded.specs.map((spec) => spec.address), ...Object.keys(state?.records ?? {})]
  assertKnown(address, { loaded, state, all })
  assertRunsOnce(address, loaded, state)
  return address
}

/** A decision is about one job, so a spec with a schedule is named by one of its runs. */
function assertRunsOnce(address: Address, { specs }: Session['loaded'], state: State | undefined): void {
  const isSeries = specs.some((spec) => spec.address === address && spec.policy.schedule !== undefined)
  if (!isSeries || state?.records[address]) return
  const runs = Object.keys(state?.records ?? {}).filter((one) => parseOccurrence(one)?.series === address)
  const latest = runs.sort().at(-1)
  throw new Problem({
    code: 'USAGE',
    message: `${address} has a schedule; this command needs the address of one of its runs`,
    remedies: [
      latest === undefined ? advise('none of its runs is on record yet') : advise(`name the run, such as ${latest}`),
      suggest('to take the next run out', 'skip', address),
    ],
  })
}
