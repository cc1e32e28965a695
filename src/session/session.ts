import { suggestClosest } from '../documents/hints/suggest.ts'
import { getModel, MODELS } from '../kinds/index.ts'
import type { Loaded } from '../load/load.ts'
import { createRepositoryMemory } from '../load/repository.ts'
import { type Address, formatAddress, parseAddress } from '../model/address.ts'
import { type Finding, openFindings } from '../model/attention.ts'
import type { Checkout } from '../model/checkout.ts'
import type { Target } from '../model/config.ts'
import type { Waits } from '../model/create-protocol.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { getElements } from '../model/elements.ts'
import type { Pointer } from '../model/json.ts'
import type { KindModel } from '../model/kind.ts'
import type { LaneLimit } from '../model/lane.ts'
import type { Difference, Plan, Planned } from '../model/plan.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import type { Policy, Spec } from '../model/spec.ts'
import type { State } from '../model/state.ts'
import { resolveTargetName } from '../model/target-name.ts'
import { isCheckoutUsed, type Rules } from '../plan/input.ts'
import { isOfUpload } from '../plan/questions/files.ts'
import type { ReconcileInput } from '../reconcile/reconcile.ts'
import { OFFLINE, openWorld, type World } from '../reconcile/world.ts'
import { type Clock, systemClock } from '../system/clock.ts'
import { VERSION } from '../version.ts'
import { type Emulated, openEmulator } from './emulated.ts'
import { type CommonOptions, createSelector, type Host } from './host.ts'
import { openLaneShare } from './lane-share.ts'
import { findLostState } from './lost-state.ts'
import { createPrinter } from './printer.ts'
import {
  assertConfig,
  assertHeadUnchanged,
  loadSpecs,
  openProject,
  type Project,
  readProjectCheckout,
  tellBy,
} from './project.ts'
import { findRoot } from './project-root.ts'
import { readWaits } from './read-waits.ts'
import { applyRehearsedRuns } from './rehearsed-runs.ts'
import { createUnclaimed } from './state-owner.ts'

/** The shared input of plan, reconcile, status and watch: the project, its specs and a clock. */
export type Session = {
  readonly project: Project
  readonly loaded: Loaded
  /** The commit that was checked out before anything was read. */
  readonly head: string | undefined
  readonly clock: Clock
  /** Milliseconds of the session clock per real millisecond. */
  readonly timeScale: number
  readonly waits: Waits
  readonly emulated: Emulated | undefined
  close(): Promise<void>
}

/**
 * Opens a project, its specs and, if requested, the emulator. A given emulator stays open when the session closes. Throws a Problem (exit
 * 4) for configuration with errors.
 */
export async function openSession(options: CommonOptions, host: Host, given?: Emulated): Promise<Session> {
  if (options.startAt !== undefined && !options.emulator) throw createClockProblem()
  const memory = options.known?.repository ?? createRepositoryMemory(findRoot(host.cwd))
  const repository = await memory.read()
  const project = tellBy(openProject(host.cwd, host.env, memory), createPrinter(host, options))
  assertConfig(project)
  assertTargets(options, project)
  const waits = readWaits(project.config, host.env, options.emulator === true)
  // Git answers while the specs are read.
  if (!options.emulator) void project.getPlace()
  const loaded = await loadSessionSpecs(project, options)
  const own = options.emulator && !options.offline && !given ? await openEmulator(project.root, options) : undefined
  const emulated = given ?? own
  return {
    project,
    loaded,
    head: 'code' in repository ? undefined : repository.commit,
    emulated,
    clock: emulated?.clock ?? systemClock,
    timeScale: emulated?.timeScale ?? 1,
    waits,
    close: async () => own?.close(),
  }
}

/** Loads the specs of a session, on the emulator with the runs that were raised there. */
export async function loadSessionSpecs(
  project: Project,
  options: CommonOptions,
  afresh?: ReadonlySet<string>,
): Promise<Loaded> {
  // A decision acts, and a refresh records what it reads.
  const cache = options.cache && !options.decisions && !options.refresh
  const loaded = await loadSpecs(project, { spec: options.spec, cache, afresh, known: options.known })
  return options.emulator ? applyRehearsedRuns(loaded, project.root) : loaded
}

function createClockProblem(): Problem {
  return new Problem({
    code: 'USAGE',
    message: "--start-at sets the emulator's clock, and AWS has its own",
    remedies: [advise('add --emulator, or leave --start-at out')],
  })
}

/** Returns the specs that `--only`, `--target` or a decision selects. Undefined for all. */
export function getSelector({ loaded, project }: Session, options: CommonOptions): ReturnType<typeof createSelector> {
  const only = createSelector(options)
  const { target = [], decisions } = options
  if (target.length === 0 || decisions) return only
  const chosen = new Set(
    [...loaded.specs, ...loaded.blocked.flatMap(({ spec }) => spec ?? [])]
      .filter(({ policy }) => target.includes(resolveTargetName(policy.target, project.config) ?? ''))
      .map(({ address }) => address),
  )
  return (address, labels) => chosen.has(address) && (only === undefined || only(address, labels))
}

/** Throws a Problem (exit 1) for a `--target` value that jobwright.yaml does not name. */
function assertTargets({ target = [] }: Pick<CommonOptions, 'target'>, { config }: Project): void {
  const names = Object.keys(config.targets)
  const unknown = target.find((one) => !names.includes(one))
  if (unknown === undefined) return
  const known = names.length === 0 ? 'jobwright.yaml names no targets' : `targets are ${names.join(', ')}`
  throw new Problem({
    code: 'USAGE',
    message: `there is no target ${unknown}`,
    remedies: [...suggestClosest(unknown, names), advise(known)],
  })
}

/** The shortest and longest pause between two polls of running jobs, in milliseconds. */
export const POLL_MS = { real: { least: 2_000, most: 30_000 }, emulator: { least: 200, most: 1_000 } }

/** Creates the common input of every loop of passes in a session. */
export function createLoop({ clock, timeScale, emulated }: Session, { signal }: Pick<Host, 'signal'>) {
  return { clock, timeScale, modelOf: getModel, signal, pollMs: emulated ? POLL_MS.emulator : POLL_MS.real }
}

/** Opens AWS for the specs that are not terminal. */
export async function openSessionWorld(
  session: Session,
  state: State | undefined,
  options: CommonOptions,
  host: Host,
): Promise<World> {
  if (options.offline) return OFFLINE
  const only = getSelector(session, options)
  const specs = session.loaded.specs.filter((spec) => only === undefined || only(spec.address, spec.labels))
  return openWorld(specs, state && only ? selectPart(state, specs, only) : state, session.project.config, {
    clock: session.clock,
    env: host.env,
    version: VERSION,
    modelOf: getModel,
    refresh: options.refresh === true,
    asked: options.decisions && new Set<string>(options.decisions.keys()),
    emulator: session.emulated && { url: session.emulated.url },
    share: await openLaneShare(session.project, session.emulated !== undefined),
  })
}

/** Reduces a state to the records of these specs, their former names and a selection. No other target is connected. */
function selectPart(state: State, specs: readonly Spec[], only: NonNullable<ReturnType<typeof createSelector>>): State {
  const own = new Set<string>(
    specs.flatMap(({ address, kind, formerly }) => [address, ...(formerly ? [formatAddress(kind, formerly)] : [])]),
  )
  const isAsked = ([address]: [string, unknown]): boolean => own.has(address) || only(address as Address, {})
  return { ...state, records: Object.fromEntries(Object.entries(state.records).filter(isAsked)) }
}

/** Creates the part of a plan's input that stays the same over a run. */
export async function createInput(
  session: Session,
  state: State | undefined,
  options: CommonOptions,
): Promise<ReconcileInput> {
  const { project, loaded } = session
  assertKnownKinds(state)
  const checkout = await readProjectCheckout(project, loaded, state, options.known)
  const isOfCheckout = isCheckoutUsed(options.decisions, state)
  if (!options.emulator && isOfCheckout) assertHeadUnchanged(project, loaded, checkout, session.head)
  const place = options.emulator ? undefined : await project.getPlace()
  return {
    ...createBasis(session, state, options, checkout),
    unclaimed: await createUnclaimed(project, place, state),
    lost: state === undefined && !options.emulator ? await findLostState(project, loaded) : undefined,
  }
}

/** Begins `createInput`, which asks Git, before AWS is asked. Its error is thrown where it is awaited. */
export function beginInput(...given: Parameters<typeof createInput>): Promise<ReconcileInput> {
  const input = createInput(...given)
  input.catch(() => {})
  return input
}

/** Creates the same from a known checkout, without the repository's facts about the state. */
export function createBasis(
  session: Session,
  state: State | undefined,
  options: CommonOptions,
  checkout: Checkout,
): ReconcileInput {
  const { project, loaded } = session
  assertKnownKinds(state)
  const isOfCheckout = isCheckoutUsed(options.decisions, state)
  const rules: Rules = {
    emulator: options.emulator === true,
    offline: options.offline === true,
    allowDirty: options.allowDirty === true,
    allowRemovals: options.allowRemovals === true,
  }
  const only = getSelector(session, options)
  // This also applies to a part of the specs. An older checkout must not treat a spec that this run submits as removed.
  const isAuthoritative = checkout.git && checkout.commit !== undefined && !rules.emulator && isOfCheckout
  return {
    specs: loaded.specs,
    blocked: loaded.blocked,
    complete: loaded.complete && !options.spec?.length,
    only,
    decisions: options.decisions,
    waits: session.waits,
    modelOf: getModel,
    checkout,
    rules,
    guards: project.config.guards,
    perDay: (model) => getDailyLimit(model, project),
    inFlight: (model) => getOwnLimit(model, project)?.inFlight,
    isTagged: ({ policy }) => policy.ownerTag ?? findTarget(policy, project)?.ownerTag ?? true,
    refresh: options.refresh === true,
    refreshOnly: options.refreshOnly,
    source: isAuthoritative ? { commit: checkout.commit! } : undefined,
  }
}

/** Throws a Problem (exit 8) for a state with jobs of kinds that this version does not know. */
function assertKnownKinds(state: State | undefined): void {
  const addresses = Object.keys(state?.records ?? {}) as Address[]
  const unknown = addresses.find((address) => !MODELS.some(({ kind }) => kind === parseAddress(address).kind))
  if (unknown === undefined) return
  throw new Problem({
    code: 'STATE_TOO_NEW',
    message: `the state holds ${unknown}, of a kind that this version of Jobwright does not know`,
    remedies: [advise('upgrade Jobwright; this version leaves the state as it is')],
  })
}

function findTarget({ target }: Policy, { config }: Project): Target | undefined {
  return config.targets[resolveTargetName(target, config) ?? '']
}

/** Returns how many creates of a kind one UTC day allows. Undefined: any number. */
export function getDailyLimit(model: KindModel, { config }: Pick<Project, 'config'>): number | undefined {
  const { lanes } = model.limits
  const { create } = model.api.operations
  return getOwnLimit(model, { config })?.perDay ?? lanes[create]?.perDay ?? lanes['*']?.perDay
}

/** What jobwright.yaml says of the creates of a kind. */
function getOwnLimit({ service, api }: KindModel, { config }: Pick<Project, 'config'>): LaneLimit | undefined {
  return config.limits[`${service}.${api.operations.create}`] ?? config.limits[service]
}

/**
 * Lists what a plan reports besides its table: findings, specs that need an edit, and the reasons why the whole plan is
 * refused. `caused`: the findings that fail the command (default: all); the others are warnings.
 */
export function listPlanDiagnostics(plan: Plan, loaded: Loaded, caused?: ReadonlySet<Finding>): Diagnostic[] {
  const open = openFindings(plan.findings)
  const shown = new Map(open.filter(isConflict).map((one) => [one.address, one]))
  return [
    ...plan.diagnostics,
    ...open.filter((one) => !isConflict(one)).map(toAttentionDiagnostic),
    ...plan.actions.flatMap((planned) => toConflictDiagnostic(planned, loaded, shown.get(planned.address), caused)),
    ...plan.refusals,
  ]
}

function isConflict({ kind, isOfLine }: Finding): boolean {
  return isOfLine && (kind === 'conflict' || kind === 'unresolved')
}

/** Converts a finding to a warning. The exit code says whether the command fails. */
export function toAttentionDiagnostic(finding: Finding): Diagnostic {
  const { code, address, reason, remedies, place } = finding
  return { severity: 'warning', code, address, finding, message: `${address}: ${reason}`, remedies, place }
}

function toConflictDiagnostic(
  planned: Planned,
  loaded: Loaded,
  finding: Finding | undefined,
  caused: ReadonlySet<Finding> | undefined,
): Diagnostic[] {
  if (planned.action !== 'conflict' && planned.action !== 'unresolved') return []
  if (planned.acknowledged !== undefined) return []
  const { address, spec, reason, code } = planned
  const [first] = getElements(planned) ?? []
  const shown = spec && loaded.locate(spec, first ? choosePointer(spec, first) : '/metadata/name')
  const isFailure = finding === undefined || caused === undefined || caused.has(finding)
  return [
    {
      severity: isFailure ? 'error' : 'warning',
      code: code ?? 'PLAN_CONFLICT',
      address,
      finding,
      message: `${address}: ${reason}`,
      pointer: first && getDocumentPointer(first),
      ...shown,
      remedies: finding?.remedies ?? planned.remedies,
    },
  ]
}

/** Chooses where to show a difference. A value from elsewhere is shown at its reference, or at the spec's name. */
function choosePointer(spec: Spec, change: Difference): Pointer {
  if (change.pointer === '/policy/target' && spec.policy.target === undefined) return '/metadata/name'
  return isOfUpload(spec, getModel(spec.kind), change.pointer) ? '/policy/upload' : getDocumentPointer(change)
}

/** Converts a request's pointer to a document's pointer. */
function getDocumentPointer({ pointer }: Difference): string {
  return pointer.startsWith('/policy') ? pointer : `/spec${pointer}`
}
