import { type ProjectPlace, readProjectPlace } from '../../load/project-place.ts'
import type { Checkout } from '../../model/checkout.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import { formatIso } from '../../model/iso.ts'
import { Problem } from '../../model/problem.ts'
import { advise, suggest } from '../../model/remedy.ts'
import { type Change, isSettled, recordEntries, type State } from '../../model/state.ts'
import { FULL_HISTORY, START_NEW_STATE } from '../../plan/bounds/guards.ts'
import { describeUncommitted } from '../../plan/questions/uncommitted.ts'
import { escapeForTerminal } from '../../report/escape.ts'
import { toSummaryLine } from '../../report/json-lines.ts'
import { formatCount } from '../../report/words.ts'
import type { Host } from '../../session/host.ts'
import { findLostState } from '../../session/lost-state.ts'
import { createPrinter, type Printer } from '../../session/printer.ts'
import { assertHeadUnchanged, openProjectStore, readProjectCheckout } from '../../session/project.ts'
import { describeProject } from '../../session/project-branch.ts'
import { openSession, type Session } from '../../session/session.ts'
import type { CommitOptions, OpenStore } from '../../state/store.ts'
import { createStale } from '../reconcile/reconcile.ts'
import { type ResolveOptions, resolveJob } from './resolve-job.ts'

export type ResolveCommandOptions = ResolveOptions & {
  /** The checked-out commit is the newest, although it does not contain the last reconciled one. */
  readonly newestCheckout?: boolean
  /** The state belongs to this project. */
  readonly claimState?: boolean
}

/**
 * `jobwright resolve`: records a person's decision. With an address it is about a create, with `--newest-checkout` about the checked-out
 * commit, with `--claim-state` about the state's owner. Creates, starts and removes nothing. Calls AWS only with an address.
 */
export async function resolveCommand(
  address: string | undefined,
  options: ResolveCommandOptions,
  host: Host,
): Promise<ExitCode> {
  const { newestCheckout, claimState, adopt, notCreated, foreign, foreignListed, removed } = options
  const isOfState = newestCheckout === true || claimState === true
  if (address !== undefined && !isOfState) return resolveJob(address, options, host)
  const isOfJob = address !== undefined || adopt !== undefined || notCreated || foreign || foreignListed || removed
  const isOne = newestCheckout !== claimState && !isOfJob
  if (!isOne)
    throw createUsage(
      address === undefined
        ? 'resolve takes an address, or one of --newest-checkout and --claim-state'
        : 'this form of resolve takes no address',
    )
  const out = createPrinter(host, options)
  const session = await openSession({ ...options, offline: true }, host)
  try {
    if (options.emulator)
      return reportDone(out, 'On the emulator no checkout and no project is ever refused: nothing to do.', {})
    return await (newestCheckout ? declareNewest(session, out) : claim(session, options, out))
  } finally {
    out.settle()
    await session.close()
  }
}

/** Records HEAD as the last reconciled commit, along with the one it replaces. */
async function declareNewest(session: Session, out: Printer): Promise<ExitCode> {
  const { project, loaded, head } = session
  return runLocked(session, openProjectStore(project, {}), async (store, state) => {
    const checkout = await readProjectCheckout(project, loaded, state)
    assertHeadUnchanged(project, loaded, checkout, head)
    const commit = assertCommitted(checkout)
    const { source } = state
    const isContained = checkout.git && ['none', 'same', 'ahead'].includes(checkout.relation)
    if (source === undefined || isContained) {
      const known =
        source === undefined ? 'no commit was reconciled before' : `it contains ${shortenCommit(source.commit)}`
      return reportDone(
        out,
        `This checkout (${shortenCommit(commit)}) is not refused: ${known}. Nothing was changed.`,
        {
          replaced: 0,
        },
      )
    }
    assertReadable(checkout)
    const replaced = { commit: source.commit, at: formatIso(session.clock.now()) }
    const change: Change = { set: 'source', source: { commit, replaced } }
    const message = `Take ${commit} as the newest commit in place of ${source.commit}`
    return commitChanges(store, out, session, [change], message, {}, () =>
      reportDone(
        out,
        `${shortenCommit(commit)} is now on record as the newest commit, in place of ${shortenCommit(source.commit)}, which it does not contain. No job was touched.\nSee what the next reconcile does, and why: jobwright plan`,
        { replaced: 1 },
      ),
    )
  })
}

/** Returns the checked-out commit. Throws a Problem (CHECKOUT_UNKNOWN) if there is none. */
function assertCommitted(checkout: Checkout): string {
  if (checkout.git && checkout.commit !== undefined) return checkout.commit
  throw new Problem({
    code: 'CHECKOUT_UNKNOWN',
    message: checkout.git
      ? 'this repository has no commit that could be the newest'
      : 'this folder is in no Git repository, so there is no commit that could be the newest',
    remedies: [advise('run in a clone of the repository')],
  })
}

/** Throws a Problem if the checkout differs from its commit, or if more history is needed. */
function assertReadable(checkout: Checkout): void {
  if (!checkout.git) return
  const [first] = [...checkout.dirty, ...checkout.deleted]
  if (first !== undefined) {
    throw new Problem({
      code: 'CHECKOUT_DIRTY',
      message: `${describeUncommitted(first)}, so this checkout is not the commit that would be recorded`,
      remedies: [
        { text: 'commit them, or put them aside', command: ['git', 'stash', '--include-untracked'] },
        suggest('then', 'resolve', '--newest-checkout'),
      ],
    })
  }
  if (checkout.shallow) {
    throw new Problem({
      code: 'CHECKOUT_UNKNOWN',
      message: 'the history of this clone is cut off: it may well contain the commit that was reconciled last',
      remedies: FULL_HISTORY,
    })
  }
}

/** Writes this project's name into the state. A record without a spec here may belong to another project, so it is withdrawn. */
async function claim(session: Session, { force }: ResolveCommandOptions, out: Printer): Promise<ExitCode> {
  const { project } = session
  const place = await readProjectPlace(project.root)
  if (place === undefined) {
    throw new Problem({
      code: 'USAGE',
      message: 'a project is a folder of a Git repository, and this folder is in none',
      remedies: [advise('run in a clone of the repository')],
    })
  }
  return runLocked(session, openProjectStore(project, { anyProject: true }), async (store, state) => {
    const { project: owner } = state
    if (owner === place.name)
      return reportDone(
        out,
        `The state belongs to ${escapeForTerminal(describeProject(place.name))} already. Nothing was changed.`,
        {},
      )
    await assertClaimable(place, owner, force === true)
    const at = formatIso(session.clock.now())
    const changes = listWithoutSpec(state, session).map(([address, record]): Change => {
      const { onRemove: _onRemove, ...rest } = record
      // Jobwright still searches for an open create. Its job is left alone, whatever its spec said.
      return { set: 'record', address, record: isSettled(record) ? { ...rest, withdrawn: at } : rest } as Change
    })
    const claimed = { at, ...(owner !== undefined && { from: owner }) }
    const message = `Claim the state for ${place.name}${owner === undefined ? '' : `, in place of ${owner}`}`
    return commitChanges(store, out, session, changes, message, { claim: { project: place.name, claimed } }, () => {
      const former = owner === undefined ? '' : `, in place of ${describeProject(owner)}`
      const left =
        changes.length === 0
          ? ''
          : `\n${formatCount(changes.length, 'job')} on record without a spec here: withdrawn, and left as they are in AWS.`
      return reportDone(
        out,
        `The state belongs to ${escapeForTerminal(describeProject(place.name) + former)} now. No job was touched.${left}`,
        {
          claimed: 1,
          withdrawn: changes.length,
        },
      )
    })
  })
}

async function assertClaimable(place: ProjectPlace, owner: string | undefined, force: boolean): Promise<void> {
  if (owner === undefined || force || !(await place.others()).includes(owner)) return
  throw new Problem({
    code: 'STATE_PROJECT',
    message: `the state belongs to ${describeProject(owner)}, which still exists and would then be refused`,
    remedies: [
      suggest(
        'if this is a copy of its state, or that project is to begin anew',
        'resolve',
        '--claim-state',
        '--force',
      ),
      advise('else give this project a state of its own in jobwright.yaml'),
    ],
  })
}

/** Lists the records without a spec here that are not yet withdrawn. */
function listWithoutSpec(state: State, { loaded }: Session): ReturnType<typeof recordEntries> {
  const here = new Set<string>(
    [...loaded.specs, ...loaded.blocked].flatMap((one) => {
      const spec = 'spec' in one ? one.spec : one
      const { formerly, kind } = (spec ?? {}) as { formerly?: string; kind?: string }
      return [one.address, ...(formerly && kind ? [`${kind}/${formerly}`] : [])]
    }),
  )
  return recordEntries(state.records).filter(
    ([address, { withdrawn }]) => !here.has(address) && withdrawn === undefined,
  )
}

/** Uses the state while it is locked. */
async function runLocked(
  session: Session,
  store: ReturnType<typeof openProjectStore>,
  work: (store: OpenStore, state: State) => Promise<ExitCode>,
): Promise<ExitCode> {
  const open = await store.open()
  try {
    const { state } = open
    if (state === undefined) throw createMissing(await findLostState(session.project, session.loaded))
    return await work(open, state)
  } finally {
    await open.close()
  }
}

function createMissing(lost: Awaited<ReturnType<typeof findLostState>>): Problem {
  const none = {
    message: 'there is no state to record this in',
    remedies: [suggest('in a new repository', 'init'), advise('if there was a state, restore it'), ...START_NEW_STATE],
  }
  return new Problem({ code: 'STATE_MISSING', ...(lost ?? none) })
}

/** Commits the change, then reports it. */
async function commitChanges(
  store: OpenStore,
  out: Printer,
  { clock }: Session,
  changes: readonly Change[],
  message: string,
  options: CommitOptions,
  tell: () => ExitCode,
): Promise<ExitCode> {
  const result = await store.commit(changes, message, options)
  if (result.is === 'committed') return tell()
  const stale: Diagnostic = createStale(result.message)
  out.diagnostics([stale], clock.now())
  out.line(toSummaryLine({ counts: {}, outcomes: [8], exitCode: 8 }))
  return 8
}

function reportDone(out: Printer, text: string, counts: Readonly<Record<string, number>>): ExitCode {
  out.text(text)
  out.line(toSummaryLine({ counts, outcomes: [], exitCode: 0 }))
  return 0
}

function shortenCommit(commit: string): string {
  return commit.slice(0, 7)
}

function createUsage(message: string): Problem {
  return new Problem({
    code: 'USAGE',
    message,
    remedies: [
      suggest('the outcome of a create', 'resolve', 'KIND/NAME', '--not-created'),
      suggest('this commit is the newest', 'resolve', '--newest-checkout'),
      suggest("the state is this project's", 'resolve', '--claim-state'),
    ],
  })
}
