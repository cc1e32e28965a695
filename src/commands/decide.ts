import type { Address } from '../model/address.ts'
import type { ExitCode } from '../model/exit-code.ts'
import { Problem } from '../model/problem.ts'
import { advise, suggest } from '../model/remedy.ts'
import type { State } from '../model/state.ts'
import type { Decision } from '../plan/input.ts'
import { assertKnown } from './known-address.ts'
import { assertOnly } from './only.ts'
import type { CommonOptions, Host } from './options.ts'
import { createPrinter } from './printer.ts'
import { openProjectStore } from './project.ts'
import { type ReconcileCommandOptions, reconcileIn } from './reconcile.ts'
import { openSession, type Session } from './session.ts'
import { waitWhileLocked } from './while-locked.ts'

/** The longest comment of an IoT job (API reference, CancelJob). */
const REASON_MAX = 2028

export type ResolveOptions = CommonOptions & {
  /** The ID of the job that the unknown create made. */
  readonly adopt?: string
  /** The unknown create made no job. */
  readonly notCreated?: boolean
  /** IDs of jobs that are not ours. */
  readonly foreign?: readonly string[]
  /** All jobs that are listed now, and on no record, are not ours. */
  readonly foreignListed?: boolean
  /** The spec of the address was removed on purpose: no other spec is a rename of it. */
  readonly removed?: boolean
  readonly force?: boolean
}

/** `jobwright adopt ADDRESS [--id ID]`: records a job that exists as the spec's own, if it is what the spec asks for. Creates nothing. */
export function adopt(
  address: string,
  options: CommonOptions & { readonly id?: string; readonly force?: boolean },
  host: Host,
): Promise<ExitCode> {
  const decision: Decision = { do: 'adopt', id: options.id, force: options.force }
  return decide('adopt', address, decision, options, host)
}

/** `jobwright resolve ADDRESS ...`: a person's word on what nothing else tells: an unknown create, other people's jobs, a removed spec. Creates nothing. */
export function resolve(address: string, options: ResolveOptions, host: Host): Promise<ExitCode> {
  const decisions = listDecisions(options)
  const [decision] = decisions
  if (decision === undefined || decisions.length > 1) {
    throw new Problem({
      code: 'USAGE',
      message: decision === undefined ? 'resolve was not told what is true' : 'resolve was told two things at once',
      remedies: [advise('write one of --adopt ID, --not-created, --foreign ID, --foreign-listed, --removed')],
    })
  }
  return decide('resolve', address, decision, options, host)
}

function listDecisions({ adopt: id, notCreated, foreign, foreignListed, removed, force }: ResolveOptions): Decision[] {
  return [
    ...(id === undefined ? [] : [{ do: 'adopt', id, settles: true, force } as const]),
    ...(notCreated ? [{ do: 'not-created', force: force === true } as const] : []),
    ...(foreign?.length ? [{ do: 'foreign', ids: foreign } as const] : []),
    ...(foreignListed ? [{ do: 'foreign', ids: 'listed' } as const] : []),
    ...(removed ? [{ do: 'removed' } as const] : []),
  ]
}

/** `jobwright cancel ADDRESS --reason TEXT`: ends a job that is not over, where AWS lets one. Its record stays, so that it is not made again. */
export function cancel(
  address: string,
  options: CommonOptions & { readonly reason?: string; readonly force?: boolean },
  host: Host,
): Promise<ExitCode> {
  const reason = options.reason?.trim() ?? ''
  if (reason === '' || reason.length > REASON_MAX) {
    throw new Problem({
      code: 'USAGE',
      message: reason === '' ? 'cancel was not told why' : `the reason has ${reason.length} characters`,
      remedies: [
        advise(
          `write --reason "...", at most ${REASON_MAX} characters: it is kept with the job where its API has room for it`,
        ),
      ],
    })
  }
  return decide('cancel', address, { do: 'cancel', reason, force: options.force === true }, options, host)
}

/**
 * `jobwright baseline`: records every spec without a record as done before this state began, so that none of them is submitted; begins
 * the state where there is none. Creates no job.
 */
export async function recordBaseline(
  options: CommonOptions & {
    /** Begin a state with the specs of `only` alone: all others then count as new. */
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
    return new Map(chosen.map((spec) => [spec.address, { do: 'baseline' }]))
  })
}

/** Throws a Problem (STATE_MISSING) where a state would begin without a word on some specs: those would run. */
function assertWhole({ only, newState }: Parameters<typeof recordBaseline>[0], { loaded }: Session): void {
  if (only?.length && !newState) {
    throw new Problem({
      code: 'STATE_MISSING',
      message: 'there is no state, and one that begins with some specs taken as done lets all others run',
      remedies: [
        suggest('take every spec as done', 'baseline'),
        suggest('or let the others run', 'baseline', '--new-state', ...only.flatMap((one) => ['--only', one])),
      ],
    })
  }
  const [blocked] = loaded.blocked
  if (only?.length || (loaded.complete && blocked === undefined)) return
  throw new Problem({
    code: 'STATE_MISSING',
    message: `there is no state, and none is begun while specs have errors (${blocked?.address ?? 'a file that cannot be read'}): mended later, they would run`,
    remedies: [suggest('list what is wrong', 'validate'), suggest('mend that, then', 'baseline')],
  })
}

function decide(
  verb: string,
  address: string,
  decision: Decision,
  options: CommonOptions,
  host: Host,
): Promise<ExitCode> {
  return decideInSession(verb, options, host, async (session) => {
    const { state, diagnostics } = await openProjectStore(session.project, options).read()
    const error = diagnostics.find(({ severity }) => severity === 'error')
    // Of a missing state the run itself says all there is to say.
    if (error && error.code !== 'STATE_MISSING') throw new Problem(error)
    return new Map([[findAddress(address, session, state), decision]])
  })
}

/** One pass of the reconciler over the decided addresses, and no others. */
async function decideInSession(
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
  return address
}
